package blob

import "encoding/binary"

// jpegHead is what must be known of a photograph before it is decoded.
type jpegHead struct {
	width, height int
	samples       int64 // values per four pixels, by the components' sampling
	progressive   bool  // keeps four more bytes for each value while decoding
	orientation   int
}

func (h jpegHead) cost() int64 {
	perSample := int64(1)
	if h.progressive {
		perSample = 5
	}
	return area(h.width, h.height) * h.samples * perSample / 4
}

// readJPEG walks the segments up to the first scan. ok is false when there is no frame header.
func readJPEG(data []byte) (h jpegHead, ok bool) {
	h.orientation = upright
	for at := 2; at+4 <= len(data); {
		if data[at] != 0xff {
			return h, ok
		}
		kind := data[at+1]
		if kind == 0xff { // padding
			at++
			continue
		}
		if kind == 0xda || kind == 0xd9 { // scan or end
			return h, ok
		}
		if kind == 0x01 || kind >= 0xd0 && kind <= 0xd7 { // no length
			at += 2
			continue
		}
		size := int(binary.BigEndian.Uint16(data[at+2:]))
		if size < 2 || at+2+size > len(data) {
			return h, false
		}
		body := data[at+4 : at+2+size]
		switch {
		case kind == 0xe1:
			if o := exifOrientation(body); o > 0 {
				h.orientation = o
			}
		case kind >= 0xc0 && kind <= 0xc2:
			if !h.frame(body, kind == 0xc2) {
				return h, false
			}
			ok = true
		}
		at += 2 + size
	}
	return h, ok
}

// frame reads size and sampling of the frame header.
func (h *jpegHead) frame(body []byte, progressive bool) bool {
	if len(body) < 6 || len(body) < 6+3*int(body[5]) || body[5] == 0 {
		return false
	}
	h.height, h.width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	h.progressive = progressive
	var total, maxH, maxV int64
	for i := range int(body[5]) {
		factor := body[6+3*i+1]
		across, down := int64(factor>>4), int64(factor&15)
		total += across * down
		maxH, maxV = max(maxH, across), max(maxV, down)
	}
	if maxH == 0 || maxV == 0 {
		return false
	}
	h.samples = (4*total + maxH*maxV - 1) / (maxH * maxV)
	return true
}

const tagOrientation = 0x0112

// exifOrientation reads one number out of an EXIF segment; 0 when there is none.
func exifOrientation(body []byte) int {
	const mark = "Exif\x00\x00"
	if len(body) < len(mark)+8 || string(body[:len(mark)]) != mark {
		return 0
	}
	tiff := body[len(mark):]
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	first := order.Uint32(tiff[4:])
	if uint64(first)+2 > uint64(len(tiff)) {
		return 0
	}
	n := int(order.Uint16(tiff[first:]))
	for i := range n {
		at := int(first) + 2 + 12*i
		if at+12 > len(tiff) {
			return 0
		}
		if order.Uint16(tiff[at:]) == tagOrientation {
			if o := int(order.Uint16(tiff[at+8:])); o >= 1 && o <= 8 {
				return o
			}
			return 0
		}
	}
	return 0
}
