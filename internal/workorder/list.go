package workorder

// Tab is a saved view of the cases.
type Tab string

// The tabs.
const (
	TabMine     Tab = "mine"
	TabDesk     Tab = "desk"
	TabOpen     Tab = "open"
	TabNear     Tab = "near"
	TabLate     Tab = "late"
	TabDisputed Tab = "disputed"
	TabParked   Tab = "parked"
	TabHandled  Tab = "handled"
	TabAll      Tab = "all"
)

var tabLabels = map[Tab]string{TabMine: "待我办理", TabDesk: "待派单", TabOpen: "办理中", TabNear: "快到期", TabLate: "已超期", TabDisputed: "异议待裁定",
	TabParked: "已挂起", TabHandled: "待回访、核查", TabAll: "全部"}

// Label is the tab's name.
func (t Tab) Label() string { return tabLabels[t] }
