package kiosk

import "strings"

// Printable is what a printer of a device may be given: a Slip or a Referral. Neither has a field for a person.
type Printable interface{ ESCPOS() []byte }

// Referral is the slip of R36: which office a resident is sent to with a certificate that the community does not
// issue, and on what basis. There is no field for a name, a telephone or a door of a resident (K-4, UX-K11), nor for
// why the certificate is wanted.
type Referral struct {
	Street, Place, Device string // 岚桥街道, where the device stands, WTL-01
	Certificate           string
	Office                string // where to go
	Sure                  string // whether that is the list's own word
	Basis                 string
	Other                 string // another rule says otherwise: both are shown (E7)
	Phone                 string // of the street, which tells the way
}

const (
	referralNot  = "社区不开，也不用社区盖章。"
	referralCall = "街道值班电话"
)

// Title is the head of the slip, 岚桥街道 办证去向.
func (f Referral) Title() string { return f.Street + " 办证去向" }

// Where says which device printed it.
func (f Referral) Where() string { return strings.TrimSpace(f.Place + " " + f.Device) }

// Not says that the community does not issue it, and that nobody needs its seal.
func (f Referral) Not() string { return referralNot }

// Call stands above the telephone.
func (f Referral) Call() string { return referralCall }

// ESCPOS writes the slip in the language of 80 mm printers.
func (f Referral) ESCPOS() []byte {
	var p escpos
	p.head(f.Title(), f.Where())
	p.strong(f.Certificate, sizeDouble)
	p.align(alignLeft)
	p.lines(sizeBody, f.Not())
	p.rule()
	p.bold(true)
	p.labelled(SlipLine{"去", f.Office})
	p.bold(false)
	p.labelled(SlipLine{"依据", f.Basis})
	p.lines(sizeBody, f.Sure, f.Other)
	p.rule()
	p.lines(sizeBody, f.Call())
	p.strong(f.Phone, sizeDouble)
	return p.cut()
}
