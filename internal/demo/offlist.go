package demo

import (
	"context"
	"fmt"

	"portal/internal/authz"
	"portal/internal/refusal"
)

// askedFor is one attempt to give a community work outside the list, and what became of it.
type askedFor struct {
	days      int // days ago
	by        string
	requester string
	channel   refusal.Channel
	words     string
	basis     string
	fit       refusal.Fit
	payer     refusal.Payer
	primary   bool
	act       bool          // the community answered, a day later
	reply     refusal.Reply // the department's reply two days after that; "" none
	says      string
}

var attempts = []askedFor{
	{58, "worker.huaiyin", "区城市管理局", "chat_group", "周五前把沿街商户油烟净化设施登记表填好，一户一表，拍照上传", "", refusal.FitUnrelated, "", true, true, refusal.Apply, "我局将按程序申请准入"},
	{55, "worker.linhe", "区城市管理局", "phone", "请社区组织人员每天巡查共享单车乱停放并拍照报送", "", refusal.FitUnrelated, "", true, true, refusal.Withdraw, "此项工作由我局自行安排"},
	{51, "worker.huaiyin", "区民政局", "document", "入户采集老年人助餐需求，填写三张表格，月底前报送", "", refusal.FitUnrelated, refusal.PayerAsker, false, true, refusal.Appeal, "助餐是民生实事，请街道协调"},
	{47, "worker.linhe", "平安建设部", "meeting", "各社区与物业企业签订消防安全责任状，下周交回", "", refusal.FitUnrelated, "", true, true, "", ""},
	{44, "worker.huaiyin", "公安机关", "phone", "协助加强反电信网络诈骗宣传，组织一次楼栋宣传", "anti-telecom-fraud-law#8", refusal.FitCovers, "", false, true, refusal.Provide, "宣传材料本周送到社区"},
	{40, "worker.linhe", "市场监督管理部门", "email", "推广下载“文明随手拍”小程序，每户至少一人注册", "", refusal.FitUnrelated, "", true, true, "", ""},
	{36, "secretary.linhe", "区城市管理局", "oral", "社区牵头拆除楼道内违规搭建，限期完成", "", refusal.FitUnrelated, "", true, true, refusal.Withdraw, "由我局执法中队处理"},
	{30, "worker.huaiyin", "区民政局", "chat_group", "每周报送一次困难群众探访照片，不少于二十张", "", refusal.FitUnrelated, "", false, true, refusal.Withdraw, "已取消周报"},
	{24, "worker.huaiyin", "民政部门", "document", "发现需要救助的家庭和人员及时报告", "social-assistance-law#39", refusal.FitCovers, "", false, false, "", ""},
	{21, "worker.linhe", "区民政局", "phone", "统计辖区内养犬居民名单和犬只品种", "", refusal.FitUnrelated, "", false, false, "", ""},
	{18, "worker.linhe", "统计部门", "system", "按户填报家庭收支调查补充表", "", refusal.FitUnrelated, "", false, false, "", ""},
	{15, "worker.huaiyin", "卫生健康部门", "phone", "协助通知居民参加免费体检，张贴海报", "", refusal.FitUnrelated, refusal.PayerAsker, false, false, "", ""},
	{13, "worker.linhe", "住房城乡建设部门", "meeting", "挨家挨户登记房屋外墙脱落情况并鉴定等级", "", refusal.FitUnrelated, "", true, false, "", ""},
	{11, "secretary.huaiyin", "区城市管理局", "document", "社区作为责任单位开展环境整治百日攻坚", "", refusal.FitUnrelated, "", true, false, "", ""},
	{9, "worker.huaiyin", "教育行政部门", "phone", "发放家长满意度问卷，回收率要达到九成", "", refusal.FitUnrelated, "", false, false, "", ""},
	{7, "worker.linhe", "区民政局", "chat_group", "周末前报送社区食堂就餐人次截图", "", refusal.FitUnrelated, "", false, false, "", ""},
	{5, "worker.linhe", "消防救援机构", "phone", "协助组织楼栋消防宣传和疏散演练", "fire-services-law#6", refusal.FitCovers, "", false, false, "", ""},
	{3, "worker.huaiyin", "区城市管理局", "chat_group", "周五前报送商户油烟设施入户登记表", "", refusal.FitUnrelated, "", true, false, "", ""},
	{2, "worker.linhe", "生态环境部门", "email", "入户排查居民楼下餐饮油烟，填写排查表", "", refusal.FitUnrelated, "", true, false, "", ""},
	{1, "worker.huaiyin", "区人民政府", "chat_group", "下载注册“文明随手拍”小程序，明天统计注册人数", "", refusal.FitUnrelated, "", false, false, "", ""},
}

// seedOfflist logs the attempts and lets the communities answer the first ones.
func seedOfflist(ctx context.Context, s *seeder) error {
	svc := refusal.New(s.db)
	var events []event
	for i, a := range attempts {
		var year, seq int
		events = append(events, event{s.ago(a.days, 9, 10+i), func(ctx context.Context) error {
			by, err := s.as(ctx, a.by)
			if err != nil {
				return err
			}
			year, seq, err = svc.Log(ctx, by, refusal.Asked{Requester: a.requester, Channel: a.channel, Words: a.words, Basis: a.basis, Fit: a.fit,
				Payer: a.payer, Primary: a.primary}, key("task", i))
			if err != nil {
				return fmt.Errorf("attempt %d: %w", i, err)
			}
			return nil
		}})
		if !a.act {
			continue
		}
		events = append(events, event{s.ago(a.days-1, 10, i), func(ctx context.Context) error {
			by, err := s.as(ctx, a.by)
			if err != nil {
				return err
			}
			return issue(ctx, svc, by, year, seq, i)
		}})
		if a.reply != "" {
			events = append(events, event{s.ago(a.days-3, 15, i), func(ctx context.Context) error { return s.replyTo(ctx, svc, a, year, seq, i) }})
		}
	}
	return s.live(ctx, events)
}

// issue presses the button that the outcome names.
func issue(ctx context.Context, svc *refusal.Service, by authz.Actor, year, seq, i int) error {
	seen, err := svc.View(ctx, by, year, seq)
	if err != nil {
		return err
	}
	_, err = svc.Issue(ctx, by, refusal.IssueCmd{TaskStep: refusal.TaskStep{ID: seen.ID, Version: seen.Version}, Kind: seen.Now.Outcome.Acts()[0],
		Reason: seen.Now.Reason, ReasonText: seen.Now.ReasonText}, key("issue", i))
	if err != nil {
		return fmt.Errorf("answer to attempt %d: %w", i, err)
	}
	return nil
}

// departments are the units of the attempts that have an account.
var departments = map[string]string{"区城市管理局": "dept.chengguan", "区民政局": "dept.minzheng"}

func (s *seeder) replyTo(ctx context.Context, svc *refusal.Service, a askedFor, year, seq, i int) error {
	login, has := departments[a.requester]
	if !has {
		return nil
	}
	community, err := s.as(ctx, a.by)
	if err != nil {
		return err
	}
	seen, err := svc.View(ctx, community, year, seq)
	if err != nil {
		return err
	}
	r, err := svc.OfTask(ctx, community, seen.ID)
	if err != nil {
		return err
	}
	by, err := s.as(ctx, login)
	if err != nil {
		return err
	}
	if err := svc.Reply(ctx, by, refusal.ReplyCmd{Step: refusal.Step{ID: r.ID, Version: r.Version}, Reply: a.reply, Words: a.says}, key("reply", i)); err != nil {
		return fmt.Errorf("reply to attempt %d: %w", i, err)
	}
	return nil
}
