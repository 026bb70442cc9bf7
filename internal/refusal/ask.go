package refusal

import (
	"portal/internal/legal"
	"portal/internal/place"
	"portal/internal/workday"
)

// Payer is what was said about the money.
type Payer string

// Who pays, as far as anybody said.
const (
	PayerUnsaid Payer = ""
	PayerAsker  Payer = "asker" // the unit that asks
	PayerOther  Payer = "other" // somebody else, the community included
)

var payers = []choice[Payer]{{PayerUnsaid, "没有说"}, {PayerAsker, "提出要求的单位出"}, {PayerOther, "别的单位出，或者要社区自己想办法"}}

// Payers lists the choices in form order.
func Payers() []Payer { return valuesOf(payers) }

// Label is the choice's name on pages.
func (p Payer) Label() string { return labelOf(payers, p) }

// Fit says how the cited article and the thing asked for go together.
type Fit string

// The fits. FitCovers is the careful default: a statutory duty is never turned away by oversight (R53).
const (
	FitCovers    Fit = "covers"
	FitBeyond    Fit = "beyond"
	FitUnrelated Fit = "unrelated"
)

var fits = []choice[Fit]{{FitCovers, "就是这一条规定的事"}, {FitBeyond, "有一部分超出这一条，如多填表、执法"}, {FitUnrelated, "和这一条没有关系"}}

// Fits lists the choices in form order.
func Fits() []Fit { return valuesOf(fits) }

// Label is the choice's name on pages.
func (f Fit) Label() string { return labelOf(fits, f) }

// Duty is an article that may put the act on the residents' committee (step 1): the one the asker
// cites, or the basis of the list entry that this is.
type Duty struct {
	Citation Citation
	Kind     legal.DocKind
	Basis    legal.BasisStatus // what the article was worth on the day of the request
	Reading  legal.DutyKind    // this project's reading; "" when nobody has read the article
	Here     bool              // the document holds in this place
	Fit      Fit
	Cited    bool      // the asker cites it; otherwise it stands behind the list entry
	Today    *Citation // where the article is now, when its version ended before the answer (E6)
}

// Must reports whether the article by itself makes the act a duty: a law or regulation of this
// place or the nation, verified, in force on the day, read as must, and about this act (R53, R56).
func (d Duty) Must() bool {
	return d.Reading == legal.Must && d.Basis == legal.BasisInForce && d.Kind.IsLawOrRegulation() && d.Here && d.Fit != FitUnrelated
}

// Conforms reports whether the article lets a department entrust the act (第四十三条第二款, R7): a law or
// regulation in force, and about this act. A catch-all clause is never the only basis (R56).
func (d Duty) Conforms() bool {
	return d.Basis == legal.BasisInForce && d.Kind.IsLawOrRegulation() && d.Here && d.Fit != FitUnrelated && d.Reading != legal.CatchAll
}

// Item is the list entry that the task is, when it is one.
type Item struct {
	Code     string `json:"code"`
	Title    string `json:"title"`
	List     string `json:"list"` // 中文 name of the list
	Serves   bool   `json:"serves"`
	InScope  bool   `json:"in_scope"`
	OnDates  bool   `json:"on_dates"`
	HasPayer bool   `json:"has_payer"`
}

// Fits reports whether the entry lets the task come today, here (R20).
func (i *Item) Fits() bool { return i != nil && i.Serves && i.InScope && i.OnDates }

// Negative is a hit on the negative list.
type Negative struct {
	Code        string `json:"code"`
	Phrase      string `json:"phrase"`
	Description string `json:"description"`
	Source      string `json:"source"`
}

// Ask is everything the answer depends on.
type Ask struct {
	AskedOn       workday.Day // the act that is judged (R51)
	AnsweredOn    workday.Day // the day of the letter
	Requester     place.RequesterKind
	RequesterName string
	Village       bool // the community is a village (E29)
	Payer         Payer
	Consent       bool // the district or the street has consented in writing (old art. 20, Beijing 1991 办法 28)
	Primary       bool // the community is to be 责任主体, or to enforce (E21)
	Certificate   bool // a certificate is asked for (Shanghai 28)
	BasisWords    string
	Duties        []Duty
	Item          *Item
	Negatives     []Negative
	Clauses       []legal.Clause // clauses of this place on the day of the request
	PlaceNames    []string       // 江苏省 南京市 秦淮区 梧桐里街道
}

// asker is what the law sees in the requester: a department may only entrust, a government asks.
type asker int

const (
	department asker = iota
	government       // the district government or the street (第六条)
)

// seen maps the requester to the law's two sorts (第六条, 第四十三条; E33: everything that is neither
// district government nor street is treated as entrusting).
func (a Ask) seen() asker {
	if a.Requester.MayAsk() {
		return government
	}
	return department
}

// listed reports whether the list lets the task come as it was asked: an entry never carries
// enforcement or the part of 责任主体 (E21).
func (a Ask) listed() bool { return a.Item.Fits() && !a.Primary }

func (a Ask) conforms() bool {
	for _, d := range a.Duties {
		if d.Conforms() {
			return true
		}
	}
	return false
}

func (a Ask) paid() bool {
	return a.Payer == PayerAsker || a.Item != nil && a.Item.HasPayer && a.Payer == PayerUnsaid
}
