package demo

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"

	"portal/internal/authz"
	"portal/internal/workorder"
)

// picture draws a plain scene: a wall, a floor and a lamp that is lit after the work. No photograph of a place.
func picture(lit bool, shade uint8) ([]byte, error) {
	const w, h = 320, 240
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	wall, floor, lamp := color.RGBA{70, 82, 88, 255}, color.RGBA{42, 50, 54, 255}, color.RGBA{96, 104, 108, 255}
	if lit {
		wall, floor, lamp = color.RGBA{214 - shade, 205, 186, 255}, color.RGBA{150, 140, 122, 255}, color.RGBA{255, 226, 140, 255}
	}
	for y := range h {
		for x := range w {
			c := wall
			if y > h*2/3 {
				c = floor
			}
			if dx, dy := x-w/2, y-50; dx*dx+dy*dy < 24*24 {
				c = lamp
			}
			img.Set(x, y, c)
		}
	}
	var out bytes.Buffer
	err := png.Encode(&out, img)
	return out.Bytes(), err
}

// photo hangs the picture after the work on a case.
func (q *requestSeed) photo(ctx context.Context, by authz.Actor, i any, o workorder.Order) (workorder.Order, error) {
	p, err := q.picture(ctx, true, uint8(o.Reopened*20))
	if err != nil {
		return o, err
	}
	return q.orders.AddPhoto(ctx, by, key("photo", i), o.At(), workorder.After, p.Ref, p.Name, p.Media)
}
