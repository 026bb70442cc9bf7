package request

// Ground is a listed ground of not accepting, and the right way instead (REQ-03). 「wrong counter」 is none
// of them (REQ-23).
type Ground struct {
	Key     string
	Label   string
	Channel string // what the resident is told to do
	Diverts bool   // told another channel, rather than refused
}

// Grounds in the order of forms.
var Grounds = []Ground{
	{"emergency_line", "应由紧急救助电话处置", "请拨打 110（警情）、119（火灾和救援）、120（急救）、122（交通事故）", true},
	{"statutory_channel", "已经或者应当通过诉讼、仲裁、行政复议等法定途径解决", "请向受理的人民法院、仲裁机构、行政复议机关提出；可以到街道司法所免费咨询", true},
	{"petition_running", "同一事项正在信访程序中", "请向受理信访的机关查询办理情况，这里不再重复计算", true},
	{"same_matter", "同一人同一事项已经办结，没有新的事实和理由", "请查看原来的答复；有新的情况可以随时补充", false},
	{"secrets_privacy", "涉及国家秘密、商业秘密或者他人隐私，不宜公开受理", "请到街道党群服务中心当面反映，由专人登记", false},
	{"beyond_duty", "不属于政府和社区职责的民事、经营事项", "可以先与对方协商，或者到街道调解中心、司法所寻求帮助", true},
	{"unlawful", "内容违反法律法规或者公序良俗", "请修改内容后重新提出；正当的诉求照常受理", false},
}

// GroundByKey finds a ground; false for what is not on the list.
func GroundByKey(key string) (Ground, bool) {
	for _, g := range Grounds {
		if g.Key == key {
			return g, true
		}
	}
	return Ground{}, false
}
