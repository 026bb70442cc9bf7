package view

// Page is what every shell needs to draw its frame; web/frame fills it.
type Page struct {
	Title        string // 动作 - 对象; the shell adds the site's name
	Street       string
	Phone        string
	Hours        string
	Wordmark     string
	Demo         bool
	SignedIn     bool
	ActorName    string
	ActorPost    string
	Path         string // this page's address, for the switches of look
	Nav          string // current key of the public bar
	Rail         []RailEntry
	RailExtra    []RailEntry
	PhoneBar     []BarEntry // the bar at the bottom of a grid worker's phone; none for others
	BarRests     bool       // the page has its own bar at the bottom: the phone bar stands after the content
	UnreadInbox  int
	Assist       int // minutes left of a 代办 that this person runs; 0: none
	Flash        *Banner
	Mode         string // normal or elder
	FontSize     string // std, large, xlarge
	ShortcutsOff bool
	Breadcrumbs  []Crumb
	Errors       int  // number of messages on the page; the title begins with it
	Wide         bool // no reading width
	Search       string
	Prev, Next   string    // addresses of the neighbours in the list this record was opened from
	Paper        string    // what a print is made for; A4 when empty
	Kiosk        KioskLook // only for the touch device
}

// RailEntry is one line of the rail 目录.
type RailEntry struct {
	Numeral, Label, Href string
	Count                int
	Current              bool
}

// BarEntry is one target of the phone bar. Here is the page itself, In one of the pages below it.
type BarEntry struct {
	Icon, Label, Href string
	Here, In          bool
}

// Crumb is one step of the path to this page; the last one has no Href.
type Crumb struct{ Href, Text string }

// Link is a link with its words.
type Link struct{ Href, Text string }
