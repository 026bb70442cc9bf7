package blob

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"

	"portal/internal/fault"
)

const (
	maxDecoded  = 192 << 20 // bytes that decoding one picture may take
	maxSide     = 3200      // longer pictures are scaled down: enough to print on A4 at 270 dpi
	jpegQuality = 85
)

// decoding lets one picture at a time take that memory (reliability.md §1: under 512 MiB).
var decoding = make(chan struct{}, 1)

var errPixels = fault.InvalidField(Field, "图片尺寸太大。请缩小后再上传")

func acceptJPEG(data []byte) (Kind, []byte, error) {
	h, ok := readJPEG(data)
	if !ok {
		return "", nil, errDamaged
	}
	if h.cost() > maxDecoded {
		return "", nil, errPixels
	}
	out, err := reencode(data, jpeg.Decode, h.orientation, func(b *bytes.Buffer, m image.Image) error {
		return jpeg.Encode(b, m, &jpeg.Options{Quality: jpegQuality})
	})
	return JPEG, out, err
}

func acceptPNG(data []byte) (Kind, []byte, error) {
	cfg, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return "", nil, errDamaged
	}
	if pngCost(cfg, data) > maxDecoded {
		return "", nil, errPixels
	}
	out, err := reencode(data, png.Decode, upright, func(b *bytes.Buffer, m image.Image) error { return png.Encode(b, m) })
	return PNG, out, err
}

// pngCost is the memory of the decoded picture; interlaced ones are decoded in passes beside it.
func pngCost(cfg image.Config, data []byte) int64 {
	per := int64(4)
	switch cfg.ColorModel {
	case color.GrayModel:
		per = 1
	case color.Gray16Model:
		per = 2
	case color.RGBA64Model, color.NRGBA64Model:
		per = 8
	}
	if _, ok := cfg.ColorModel.(color.Palette); ok {
		per = 1
	}
	const interlace = 28 // in the header chunk
	if len(data) > interlace && data[interlace] != 0 {
		per *= 2
	}
	return area(cfg.Width, cfg.Height) * per
}

// area multiplies without overflow: sides of formats here have at most 31 bits.
func area(w, h int) int64 { return int64(w) * int64(h) }

func reencode(data []byte, decode func(io.Reader) (image.Image, error), turn int, encode func(*bytes.Buffer, image.Image) error) ([]byte, error) {
	decoding <- struct{}{}
	defer func() { <-decoding }()
	m, err := decode(bytes.NewReader(data))
	if err != nil {
		return nil, errDamaged
	}
	m = rotate(shrink(m), turn)
	var out bytes.Buffer
	if err := encode(&out, m); err != nil {
		return nil, errDamaged
	}
	if out.Len() > MaxSize {
		return nil, errPixels
	}
	return out.Bytes(), nil
}

// shrink scales a picture whose longer side is over maxSide.
func shrink(m image.Image) image.Image {
	b := m.Bounds()
	long := max(b.Dx(), b.Dy())
	if long <= maxSide {
		return m
	}
	w, h := max(1, b.Dx()*maxSide/long), max(1, b.Dy()*maxSide/long)
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.ApproxBiLinear.Scale(out, out.Bounds(), m, b, draw.Src, nil)
	return out
}

// upright is the EXIF orientation of a picture that needs no turning.
const upright = 1

// turns maps a pixel of the upright picture to the stored one, by EXIF orientation; w and h are
// the last column and row of the stored picture.
var turns = map[int]func(x, y, w, h int) (int, int){
	2: func(x, y, w, _ int) (int, int) { return w - x, y },
	3: func(x, y, w, h int) (int, int) { return w - x, h - y },
	4: func(x, y, _, h int) (int, int) { return x, h - y },
	5: func(x, y, _, _ int) (int, int) { return y, x },
	6: func(x, y, _, h int) (int, int) { return y, h - x },
	7: func(x, y, w, h int) (int, int) { return w - y, h - x },
	8: func(x, y, w, _ int) (int, int) { return w - y, x },
}

// rotate turns a picture upright.
func rotate(m image.Image, orientation int) image.Image {
	from, ok := turns[orientation]
	if !ok {
		return m
	}
	b := m.Bounds()
	src := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(src, src.Bounds(), m, b.Min, draw.Src)
	w, h := b.Dx(), b.Dy()
	if orientation >= 5 {
		w, h = h, w
	}
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			sx, sy := from(x, y, b.Dx()-1, b.Dy()-1)
			copy(out.Pix[out.PixOffset(x, y):][:4], src.Pix[src.PixOffset(sx, sy):][:4])
		}
	}
	return out
}
