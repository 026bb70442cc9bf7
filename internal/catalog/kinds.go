// Package catalog decides what stands on the lists: which entries of which kind hold on a day and
// where, how they read in the words of their source, what warns about them, which words the
// negative list stops, and what changed between two days. Published lists come in through the
// import and stay as published, with open warnings as flags (domain/admission.md §2); approved
// applications come in through Admit.
//
// Owns list_version, admission_item, admission_item_version, admission_item_scope, negative_entry
// and programme_work. Ground that the domains of applications and refusals stand on.
package catalog

import "slices"

// ListKind is the kind of an entry (domain/admission.md §2).
type ListKind string

// The kinds of lists.
const (
	SelfGovernance       ListKind = "self_governance"
	AssistGovernment     ListKind = "assist_government"
	Entrusted            ListKind = "entrusted"
	StreetBasic          ListKind = "street_basic"
	StreetCooperate      ListKind = "street_cooperate"
	RecalledByUpper      ListKind = "recalled_by_upper"
	CertificateAllowed   ListKind = "certificate_allowed"
	CertificateForbidden ListKind = "certificate_forbidden"
	LedgerKept           ListKind = "ledger_kept"
	SignboardAllowed     ListKind = "signboard_allowed"
	AssessmentAbolished  ListKind = "assessment_abolished"
	GridTask             ListKind = "grid_task"
	Inspection           ListKind = "inspection"
	System               ListKind = "system"
)

// kindRow says what a kind is. Words is how the files write it, Negative that it says what may not
// be asked, Role what a community is in it.
type kindRow struct {
	Kind     ListKind
	Label    string
	Words    string
	Negative bool
	Street   bool // the street's own, never a community's
	Role     Role
}

// kinds is the one table of kinds, in the order of pages.
var kinds = []kindRow{
	{SelfGovernance, "依法履职", "依法履职", false, false, Primary},
	{AssistGovernment, "协助政府", "协助政府", false, false, Assist},
	{Entrusted, "委托事项", "委托", false, false, Assist},
	{CertificateAllowed, "可出具证明", "可出具证明", false, false, NoRole},
	{CertificateForbidden, "不应出具证明", "不应出具证明", true, false, NoRole},
	{LedgerKept, "保留的台账", "台账(保留)", false, false, NoRole},
	{SignboardAllowed, "可对外悬挂的牌子", "挂牌(允许对外悬挂)", false, false, NoRole},
	{Inspection, "检查考核", "检查考核", false, false, NoRole},
	{AssessmentAbolished, "已取消的考核评比", "考核评比(应取消)", true, false, NoRole},
	{System, "系统与公众号", "系统", false, false, NoRole},
	{GridTask, "网格事项", "网格事项", false, false, NoRole},
	{StreetBasic, "街道履职", "街道履职", false, true, NoRole},
	{StreetCooperate, "街道配合履职", "配合履职", false, true, NoRole},
	{RecalledByUpper, "上级部门收回", "上级部门收回", false, true, NoRole},
}

// ListKinds in the order of pages.
var ListKinds = func() []ListKind {
	out := make([]ListKind, len(kinds))
	for i, k := range kinds {
		out[i] = k.Kind
	}
	return out
}()

func rowOf(k ListKind) kindRow {
	if i := slices.IndexFunc(kinds, func(r kindRow) bool { return r.Kind == k }); i >= 0 {
		return kinds[i]
	}
	return kindRow{}
}

// Label is the kind's 中文 name on pages.
func (k ListKind) Label() string { return rowOf(k).Label }

// Words is the kind as the files of lists write it.
func (k ListKind) Words() string { return rowOf(k).Words }

// Negative reports a kind that says what may not be asked; its entries are never shown as admitted.
func (k ListKind) Negative() bool { return rowOf(k).Negative }

// OfStreet reports the street's own lists: never a community's work.
func (k ListKind) OfStreet() bool { return rowOf(k).Street }

// Role is what a community is in entries of the kind.
func (k ListKind) Role() Role { return rowOf(k).Role }

// Valid reports a known kind.
func (k ListKind) Valid() bool { return rowOf(k).Kind != "" }

// KindOf reads a kind as files, pages or links write it: 协助政府, 保留的台账 or assist_government.
func KindOf(words string) (ListKind, bool) {
	for _, r := range kinds {
		if words == r.Words || words == r.Label || words == string(r.Kind) {
			return r.Kind, true
		}
	}
	return "", false
}

// Role is what a community is in an entry.
type Role string

// The roles (主责、协助、配合). An assist entry is never primary (R5).
const (
	NoRole    Role = ""
	Primary   Role = "primary"
	Assist    Role = "assist"
	Cooperate Role = "cooperate"
)

var roleLabels = map[Role]string{NoRole: "", Primary: "主责", Assist: "协助", Cooperate: "配合"}

// Label is the role's 中文 name.
func (r Role) Label() string { return roleLabels[r] }

// AssistMode is a way of assisting; the list is Beijing's of 2019.
type AssistMode string

// The ways of assisting.
const (
	Contact        AssistMode = "contact"
	EscortVisit    AssistMode = "escort_visit"
	Mobilise       AssistMode = "mobilise"
	Publicise      AssistMode = "publicise"
	Persuade       AssistMode = "persuade"
	DiscoverReport AssistMode = "discover_report"
)

// AssistModes in the order of choice.
var AssistModes = []AssistMode{Contact, EscortVisit, Mobilise, Publicise, Persuade, DiscoverReport}

var modeLabels = map[AssistMode]string{
	Contact: "联系居民", EscortVisit: "协助入户", Mobilise: "组织动员", Publicise: "宣传教育", Persuade: "说服劝导", DiscoverReport: "非专业性工作的发现报告",
}

// Label is the mode's 中文 name.
func (m AssistMode) Label() string { return modeLabels[m] }
