package demo

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"time"

	"portal/internal/authz"
	"portal/internal/blob"
	"portal/internal/notice"
	"portal/internal/workday"
)

// published is one notice of the demo. Its words are invented; so is every figure in them.
type published struct {
	days           int // issued so many days ago; below 0: still a draft
	kind           notice.Kind
	where          string // "": the street itself
	title          string // without 关于……的公示
	plain, summary string
	body           string
	hangs          int    // days of the window; 0: 15, or without an end where the kind allows it
	of             string // plain title of the decision whose result this is
	change         string // new words after four days, with their reason
	withdrawn      string // reason
	posted         string // where the sheet hangs
	objections     []objected
}

// objected is an objection, and its answer when there is one.
type objected struct {
	after       int
	words       string
	gist, reply string
}

const accounts34 = "按居民委员会组织法第三十四条公布，票据可以到社区窗口查看。"

var publishedNotices = []published{
	{days: 96, kind: notice.Deliberation, where: Huaiyin, title: "槐香苑东门停车位改造协商结果", plain: "东门停车位怎么改", summary: "改成 46 个车位，留 2 个无障碍车位，9月底前画线。",
		body: "经居民联名提事、两次议事会协商，召开居民代表会议表决。应到 45 人，实到 41 人，达到三分之二。结果如下：\n方案|内容|得票|结果\n甲|改成 46 个车位|33|通过\n乙|保持原样|6|未采纳\n弃权|—|2|—\n少数意见：担心占用健身场地。答复：健身器材移到南侧空地，不减少。"},
	{days: 30, kind: notice.Handling, where: Huaiyin, of: "东门停车位怎么改", title: "槐香苑东门停车位改造办理结果", plain: "东门停车位画好了", summary: "46 个车位已经画线，花了 18,600 元，健身器材已移到南侧。",
		body: "槐香苑东门停车位改造已经完成，办理情况如下：\n项目|计划|实际\n车位|46 个|46 个\n无障碍车位|2 个|2 个\n费用|20,000 元|18,600 元\n完工|9月30日|9月26日\n" + accounts34},
	{days: 12, kind: notice.Affairs, where: Huaiyin, title: "槐荫社区第三季度居务经费收支", plain: "第三季度的钱怎么花的", summary: "收入 128,400 元，花了 96,215 元，还剩 32,185 元。最大一笔是换楼道灯。",
		body:   "第三季度居务经费收支情况如下：\n项目|收入（元）|支出（元）\n财政拨付|120,000|—\n场地收入|8,400|—\n楼道照明更换|—|41,600\n助老活动|—|26,415\n办公和水电|—|28,200\n合计|128,400|96,215\n" + accounts34,
		posted: "槐香苑东门公告栏", objections: []objected{{2, "楼道灯只看到换了三层，为什么要四万多元", "楼道照明为什么花 41,600 元", "共换 6 栋楼 208 盏感应灯，每盏 200 元，清单和发票可以到社区窗口看。"}, {4, "助老活动的钱希望写明每次活动多少", "", ""}}},
	{days: 70, kind: notice.Affairs, where: Huaiyin, title: "槐荫社区第二季度居务经费收支", plain: "第二季度的钱怎么花的", summary: "收入 116,000 元，花了 108,330 元，还剩 7,670 元。",
		body: "第二季度居务经费收支情况如下：\n项目|收入（元）|支出（元）\n财政拨付|116,000|—\n雨棚维修|—|62,000\n助老活动|—|21,130\n办公和水电|—|25,200\n" + accounts34},
	{days: 8, kind: notice.Deliberation, where: Huaiyin, title: "槐荫社区早市错时经营协商结果", plain: "早市以后怎么摆摊", summary: "每天 5:30 到 8:00 可以摆，8:30 前清场。36 人赞成，8 人不赞成。",
		body: "经议事会协商，召开居民代表会议表决。应到 52 人，实到 44 人，达到三分之二。\n方案|得票|结果\n5:30 到 8:00 设摊，8:30 前清场|36|通过\n不设摊|8|未采纳\n少数意见：担心噪声和垃圾。答复：不用喇叭，8:30 前由摊主清扫，每月复查一次。", posted: "槐荫路早市入口"},
	{days: 20, kind: notice.Grid, where: Huaiyin, title: "槐荫社区网格员和工作电话", plain: "网格员是谁，怎么找", summary: "每片由谁负责、打哪个电话，都在“谁管我家这片”。", body: "网格员姓名和工作电话长期公开，人员有变化时随时更新。\n自家这片由谁负责，可以在本站“谁管我家这片”查询，楼道里也贴着公示牌。"},
	{days: 5, kind: notice.Organization, where: Huaiyin, title: "梧桐巧手坊备案情况", plain: "巧手坊在社区备案了", summary: "居民手工互助小组，12 人，每周三下午在社区二楼活动。", hangs: 7, body: "梧桐巧手坊（虚构）申请社区社会组织备案，情况如下：\n项目|内容\n成员|12 人\n活动|每周三下午，居民手工互助\n场地|社区二楼活动室\n对备案有意见的，请在公示期内提出。"},
	{days: 26, kind: notice.Affairs, where: Shiqiao, title: "石桥社区便民服务用房使用情况", plain: "社区的房子怎么用", summary: "三间用房：助餐点、活动室、调解室，都不收租。", body: "石桥社区所有和使用的设施管理使用情况如下：\n房间|用途|开放时间\n一楼东|助餐点|11:00 到 13:00\n一楼西|活动室|9:00 到 17:00\n二楼|调解室|预约\n" + accounts34},
	{days: 11, kind: notice.Affairs, where: Shiqiao, title: "石桥社区第三季度居务经费收支", plain: "三季度的账", summary: "收入 74,000 元，花了 70,115 元，还剩 3,885 元。", body: "项目|收入（元）|支出（元）\n财政拨付|74,000|—\n助餐补贴|—|38,600\n设施维修|—|18,315\n办公和水电|—|13,200\n" + accounts34},
	{days: 44, kind: notice.Deliberation, where: Shiqiao, title: "石桥巷充电桩选址协商结果", plain: "充电桩装在哪里", summary: "装在巷口西侧，离住宅 12 米，先装 8 个口。", body: "召开居民代表会议表决。应到 30 人，实到 26 人。\n位置|得票|结果\n巷口西侧|19|通过\n自行车棚|7|未采纳\n少数意见：担心夜里有光。答复：灯罩朝下，22:00 后减半。"},
	{days: 60, kind: notice.Handling, where: Shiqiao, title: "石桥巷下水井盖更换办理结果", plain: "松动的井盖换好了", summary: "换了 7 个井盖，加了防坠网，费用由城管部门出。", body: "居民反映的井盖松动问题已经办结：\n项目|内容\n地点|石桥巷\n承办|区城市管理局\n办理|更换井盖 7 个，加防坠网"},
	{days: 3, kind: notice.Grid, where: Shiqiao, title: "石桥社区第二网格网格员调整", plain: "第二网格换人负责了", summary: "石巧接手第二网格，工作电话不变，楼道公示牌已换。", body: "项目|内容\n网格|石桥社区第二网格\n岗位|A 岗\n负责人|石巧\n自家这片由谁负责，可以在本站“谁管我家这片”查询。"},
	{days: 13, kind: notice.Affairs, where: Linhe, title: "临河社区第三季度居务经费收支", plain: "三季度的钱花在哪", summary: "收入 142,000 元，花了 131,480 元，还剩 10,520 元。", change: "更正：设施维修应为 41,080 元，原写 40,180 元，合计不变。\n项目|收入（元）|支出（元）\n财政拨付|142,000|—\n助餐补贴|—|52,400\n设施维修|—|41,080\n办公和水电|—|38,000\n" + accounts34,
		body: "项目|收入（元）|支出（元）\n财政拨付|142,000|—\n助餐补贴|—|52,400\n设施维修|—|40,180\n办公和水电|—|38,000\n" + accounts34},
	{days: 9, kind: notice.Deliberation, where: Linhe, title: "临河步道夜间照明协商结果", plain: "河边步道几点关灯", summary: "夏天 22:30 关，冬天 21:30 关。41 人赞成，5 人不赞成。", body: "召开居民代表会议表决。应到 60 人，实到 46 人。\n方案|得票|结果\n夏 22:30、冬 21:30|41|通过\n不关灯|5|未采纳", objections: []objected{{3, "冬天下班晚，21:30 太早了", "冬天 21:30 关灯是不是太早", "东段留三分之一路灯到 23:00，一个月后再听意见。"}}},
	{days: 52, kind: notice.Deliberation, where: Linhe, title: "临河街垃圾分类点合并协商结果", plain: "垃圾点并成几个", summary: "九个并成六个，每个点早晚有人值守。", body: "召开居民代表会议表决。应到 60 人，实到 49 人。\n方案|得票|结果\n九个并成六个|38|通过\n保持九个|11|未采纳"},
	{days: 6, kind: notice.Handling, where: Linhe, of: "垃圾点并成几个", title: "临河街垃圾分类点合并办理结果", plain: "垃圾点并好了", summary: "六个点 10月底建成，早晚值守，花了 36,200 元。", body: "项目|计划|实际\n分类点|6 个|6 个\n值守|早晚各两小时|早晚各两小时\n费用|40,000 元|36,200 元\n" + accounts34},
	{days: 40, kind: notice.Grid, where: Linhe, title: "临河社区网格员和工作电话", plain: "谁管这片，怎么找", summary: "五个网格的负责人和工作电话长期公开。", body: "网格员姓名和工作电话长期公开，人员有变化时随时更新。\n可以在本站“谁管我家这片”查询。"},
	{days: 18, kind: notice.Affairs, where: Linhe, title: "临河社区救灾捐赠物资使用情况", plain: "捐的物资给了谁", summary: "收到 320 件，发出 298 件，剩 22 件入库。", withdrawn: "数量没有核对清楚，核对后重新公示", body: "物资|收到|发出|剩余\n棉被|120|112|8\n雨具|200|186|14"},
	{days: 14, kind: notice.Affairs, where: Zhonglou, title: "钟楼社区第三季度居务经费收支", plain: "第三季度花了多少", summary: "收入 96,000 元，花了 88,240 元，还剩 7,760 元。", body: "项目|收入（元）|支出（元）\n财政拨付|96,000|—\n楼道堆物清理|—|31,040\n助老活动|—|24,200\n办公和水电|—|33,000\n" + accounts34},
	{days: 33, kind: notice.Deliberation, where: Zhonglou, title: "钟楼里晾衣区设置协商结果", plain: "衣服晾在哪里", summary: "南侧空地设 24 个晾衣位，消防通道不许占。", body: "召开居民代表会议表决。应到 38 人，实到 31 人。\n方案|得票|结果\n南侧空地 24 位|27|通过\n不设|4|未采纳"},
	{days: 2, kind: notice.Organization, where: Zhonglou, title: "钟楼里楼长队备案情况", plain: "楼长队备案了", summary: "18 名楼长，负责传话、看楼道、帮老人。", hangs: 7, body: "钟楼里楼长队（虚构）申请社区社会组织备案。\n项目|内容\n成员|18 人\n活动|传话、看楼道、帮老人"},
	{days: 57, kind: notice.Handling, where: Zhonglou, title: "钟楼里路灯不亮办理结果", plain: "路灯修好了", summary: "11 盏路灯全部修好，坏的是控制箱。", body: "项目|内容\n地点|钟楼里\n承办|区城市管理局\n办理|更换控制箱，11 盏路灯恢复"},
	{days: 10, kind: notice.Affairs, where: Xuefu, title: "学府社区第三季度居务经费收支", plain: "三季度社区的账", summary: "收入 108,000 元，花了 99,160 元，还剩 8,840 元。", body: "项目|收入（元）|支出（元）\n财政拨付|108,000|—\n家长学校|—|28,160\n设施维修|—|36,000\n办公和水电|—|35,000\n" + accounts34},
	{days: 28, kind: notice.Deliberation, where: Xuefu, title: "学府路共享单车停放协商结果", plain: "单车停在哪里", summary: "路口两侧各画 20 米停放区，人行道中间不停。", body: "召开居民代表会议表决。应到 44 人，实到 36 人。\n方案|得票|结果\n路口两侧|30|通过\n校门旁|6|未采纳"},
	{days: 4, kind: notice.Affairs, where: Xuefu, title: "学府社区活动室开放安排", plain: "活动室几点开门", summary: "每天 9:00 到 20:30，周一上午打扫不开。", body: "房间|开放时间\n一楼活动室|9:00 到 20:30\n二楼自习室|13:00 到 21:00\n" + accounts34},
	{days: 15, kind: notice.Affairs, where: Xinyuan, title: "新苑社区第三季度居务经费收支", plain: "第三季度的收支", summary: "收入 62,000 元，花了 58,900 元，还剩 3,100 元。", body: "项目|收入（元）|支出（元）\n财政拨付|62,000|—\n绿化养护|—|22,900\n助老活动|—|14,000\n办公和水电|—|22,000\n" + accounts34},
	{days: 37, kind: notice.Grid, where: Xinyuan, title: "新苑社区网格合并后的网格员", plain: "网格合并后找谁", summary: "两个网格合成一个，由辛园、辛和负责。", body: "网格合并后，网格员姓名和工作电话长期公开。\n可以在本站“谁管我家这片”查询。"},
	{days: 7, kind: notice.Admission, title: "11月上旬社区工作事项准入结果", plain: "哪些活不让社区干了", summary: "部门报来 9 件，同意 3 件，退回 4 件，不同意 2 件。", body: "街道审核了部门申请由社区协助的事项，结果如下：\n结果|件数\n准予准入|3\n退回补正|4\n不予准入|2\n每一件的依据、经费和社区名单，可以在本站“准入清单”查看。", objections: []objected{{1, "希望把不同意的两件是什么也写出来", "", ""}}},
	{days: 45, kind: notice.Admission, title: "10月社区工作事项准入结果", plain: "十月准入了哪些事", summary: "部门报来 14 件，同意 6 件，退回 5 件，不同意 3 件。", body: "结果|件数\n准予准入|6\n退回补正|5\n不予准入|3\n每一件的依据、经费和社区名单，可以在本站“准入清单”查看。"},
	{days: -1, kind: notice.Deliberation, where: Huaiyin, title: "2 号院闲置锅炉房改建协商结果", plain: "锅炉房改成什么", summary: "改成老年助餐点，24 票赞成。儿童活动室部分采纳。", body: "经居民联名提事、社区审事、两次议事会协商，召开居民代表会议表决。应到 45 人，实到 41 人，达到三分之二（30 人）。结果公示如下：\n方案|内容|得票|结果\n甲|老年助餐点|24|通过\n乙|儿童活动室|11|部分采纳\n丙|停车与充电|4|未采纳，另立议事\n弃权|—|2|—\n少数意见及答复见附件。"},
	{days: -2, kind: notice.Affairs, where: Linhe, title: "临河社区救灾捐赠物资使用情况更正", plain: "捐赠物资给了谁", summary: "收到 320 件，发出 300 件，剩 20 件入库。", body: "物资|收到|发出|剩余\n棉被|120|114|6\n雨具|200|186|14"},
}

// noticePeople are who writes and who signs; communities without accounts are written for by the street.
var noticePeople = map[string][2]string{Huaiyin: {"worker.huaiyin", "secretary.huaiyin"}, Linhe: {"worker.linhe", "secretary.linhe"}, "": {"reviewer", "leader"}}

// noticeSeed carries what the steps share.
type noticeSeed struct {
	*seeder
	svc   *notice.Service
	slugs map[string]string // by plain title
}

// seedNotices lives through four months of the board: written, signed, changed, posted, objected to, answered, ended.
func seedNotices(ctx context.Context, s *seeder) error {
	n := &noticeSeed{seeder: s, svc: notice.New(s.db, s.Keys, nil), slugs: map[string]string{}}
	var events []event
	for i, p := range publishedNotices {
		events = append(events, n.lives(i, p)...)
	}
	return s.live(ctx, append(events, event{s.now, n.svc.Tick}))
}

func (n *noticeSeed) lives(i int, p published) []event {
	if p.days < 0 {
		return []event{{n.ago(-p.days, 15, i), func(ctx context.Context) error { return n.write(ctx, i, p) }}}
	}
	out := []event{{n.ago(p.days, 9, i), func(ctx context.Context) error { return n.write(ctx, i, p) }}, {n.ago(p.days, 10, i), func(ctx context.Context) error { return n.sign(ctx, p, "sign") }}}
	later := func(days int, do func(ctx context.Context) error) {
		if p.days >= days {
			out = append(out, event{n.ago(p.days-days, 11, i), do})
		}
	}
	if p.posted != "" {
		later(0, func(ctx context.Context) error { return n.post(ctx, p) })
	}
	if p.change != "" {
		later(4, func(ctx context.Context) error { return n.change(ctx, p) })
	}
	if p.withdrawn != "" {
		later(2, func(ctx context.Context) error { return n.withdraw(ctx, p) })
	}
	for _, o := range p.objections {
		later(o.after, func(ctx context.Context) error { return n.object(ctx, p, o) })
	}
	for _, after := range []int{8, 16, 17, 18, 19, 20, 25} {
		later(after, n.svc.Tick)
	}
	return out
}

// people gives who writes and who signs for a place.
func (n *noticeSeed) people(ctx context.Context, where string) (writer, signer authz.Actor, err error) {
	logins, there := noticePeople[where]
	if !there {
		logins = [2]string{"dispatcher", "leader"}
	}
	if writer, err = n.as(ctx, logins[0]); err != nil {
		return writer, signer, err
	}
	signer, err = n.as(ctx, logins[1])
	return writer, signer, err
}

func (n *noticeSeed) write(ctx context.Context, i int, p published) error {
	by, _, err := n.people(ctx, p.where)
	if err != nil {
		return err
	}
	in := notice.Sketch{Kind: p.kind, Division: p.where, Text: p.text(p.body), PairOf: n.slugs[p.of]}
	if in.Division == "" {
		in.Division = StreetCode
	}
	slug, err := n.svc.Draft(ctx, by, key("notice", i), in)
	if err != nil {
		return fmt.Errorf("notice %s: %w", p.title, err)
	}
	n.slugs[p.plain] = slug
	return nil
}

func (p published) text(body string) notice.Text {
	t := notice.Text{Title: "关于" + p.title + "的公示", PlainTitle: p.plain, PlainSummary: p.summary, Body: body, Days: p.hangs}
	if t.Days == 0 && !p.kind.Standing() {
		t.Days = 15
	}
	return t
}

// at opens the notice as its signer and gives the step of the next act.
func (n *noticeSeed) step(ctx context.Context, by authz.Actor, p published) (notice.Step, error) {
	r, err := n.svc.Get(ctx, by, n.slugs[p.plain])
	if err != nil {
		return notice.Step{}, fmt.Errorf("notice %s: %w", p.title, err)
	}
	return r.Step(), nil
}

func (n *noticeSeed) sign(ctx context.Context, p published, what string) error {
	_, by, err := n.people(ctx, p.where)
	if err != nil {
		return err
	}
	at, err := n.step(ctx, by, p)
	if err != nil {
		return err
	}
	slug, err := n.svc.Issue(ctx, by, key("notice", what, p.plain), notice.Signature{At: at, Looked: true})
	if err != nil {
		return fmt.Errorf("sign %s: %w", p.title, err)
	}
	n.slugs[p.plain] = slug
	return nil
}

func (n *noticeSeed) change(ctx context.Context, p published) error {
	by, signer, err := n.people(ctx, p.where)
	if err != nil {
		return err
	}
	at, err := n.step(ctx, signer, p)
	if err != nil {
		return err
	}
	if err := n.svc.Rewrite(ctx, by, key("notice", "change", p.plain), notice.Change{At: at, Text: p.text(p.change), Reason: "一笔金额写错"}); err != nil {
		return fmt.Errorf("change %s: %w", p.title, err)
	}
	return n.sign(ctx, p, "sign again")
}

func (n *noticeSeed) withdraw(ctx context.Context, p published) error {
	_, by, err := n.people(ctx, p.where)
	if err != nil {
		return err
	}
	at, err := n.step(ctx, by, p)
	if err != nil {
		return err
	}
	return n.svc.Withdraw(ctx, by, key("notice", "withdraw", p.plain), at, p.withdrawn)
}

// object hands an objection in; an answer follows two days later, or at once where the days are not over.
func (n *noticeSeed) object(ctx context.Context, p published, o objected) error {
	slug := n.slugs[p.plain]
	if _, err := n.svc.Object(ctx, authz.Anonymous, key("objection", p.plain, o.after), notice.Objecting{No: slug, Words: o.words}); err != nil {
		return fmt.Errorf("objection to %s: %w", p.title, err)
	}
	if o.reply == "" {
		return nil
	}
	_, by, err := n.people(ctx, p.where)
	if err != nil {
		return err
	}
	r, err := n.svc.Get(ctx, by, slug)
	if err != nil {
		return err
	}
	n.seeder.at = n.seeder.at.Add(2 * time.Hour)
	last := r.Objections[len(r.Objections)-1]
	return n.svc.Reply(ctx, by, key("reply", p.plain, o.after), notice.Answer{ID: last.ID, Version: last.RowVersion, Gist: o.gist, Reply: o.reply})
}

func (n *noticeSeed) post(ctx context.Context, p published) error {
	by, signer, err := n.people(ctx, p.where)
	if err != nil {
		return err
	}
	at, err := n.step(ctx, signer, p)
	if err != nil {
		return err
	}
	files, err := blob.NewDir(n.Files)
	if err != nil {
		return err
	}
	file, err := blob.Accept(ctx, bytes.NewReader(boardPicture()), p.posted+".png")
	if err != nil {
		return err
	}
	ref, err := files.Put(ctx, bytes.NewReader(file.Data), blob.MaxSize)
	if err != nil {
		return err
	}
	photo := notice.NewFile{Name: file.Name, MediaType: file.Kind.MediaType(), Ref: ref}
	return n.svc.Post(ctx, by, key("notice", "post", p.plain), at, workday.DayOf(n.seeder.at), p.posted, photo)
}

// boardPicture stands in for the photograph of a board: a drawn sheet, no real place.
func boardPicture() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 320, 420))
	fill := func(r image.Rectangle, c color.Color) {
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				img.Set(x, y, c)
			}
		}
	}
	fill(img.Bounds(), color.RGBA{0x8a, 0x6a, 0x46, 0xff})
	fill(image.Rect(50, 40, 270, 380), color.White)
	fill(image.Rect(80, 70, 240, 82), color.RGBA{0xb3, 0x20, 0x2a, 0xff})
	for y := 110; y < 340; y += 22 {
		fill(image.Rect(74, y, 246, y+8), color.RGBA{0x56, 0x64, 0x68, 0xff})
	}
	var out bytes.Buffer
	_ = png.Encode(&out, img) // into memory
	return out.Bytes()
}
