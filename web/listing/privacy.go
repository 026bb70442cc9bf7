package listing

import "portal/web/view"

// Privacy is the notice of the law on personal information in plain words, the same on the phone and on the touch
// device (domain §6.7); its version stands in the settings.
func Privacy(office, phone string) []view.Term {
	return []view.Term{
		{Name: "谁在收", Text: office + "，电话 " + phone},
		{Name: "收来做什么", Text: "把您反映的问题办好，联系您核对情况，办完以后回访您。这是街道依法要办的事，不用另外同意"},
		{Name: "收哪些", Text: "什么事、在哪里、怎么回事。称呼、电话、门牌写不写由您"},
		{Name: "谁看得到", Text: "办理的人要写明用途才能看您的电话，每看一次都有记录，您在进度页上看得到。公开的页面没有您的名字和电话"},
		{Name: "留多久", Text: "没填完的 24 小时后删除；办完三年以后去掉姓名、电话和门牌"},
		{Name: "您可以", Text: "查看、更正、要一份、要求删除，打上面的电话或者到窗口说一声就行。不满 14 周岁，要有家长同意才留电话"},
	}
}
