package request

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"unicode/utf8"

	"portal/internal/authz"
	"portal/internal/fault"
	"portal/internal/normal"
	"portal/internal/pg"
	"portal/internal/workday"
)

// The kinds of lines of an errand.
const (
	entryDocument = "document"
	entryStep     = "step"
	entryHandover = "handover"
	entryPhoto    = "photo"
)

// agencyAct is one act on an errand: its place in the policy table, whether its authorization must be in force,
// and what it is called.
type agencyAct struct {
	do    authz.Action
	name  string
	needs func(a Agency, today workday.Day) error
}

func inForce(a Agency, today workday.Day) error {
	switch {
	case a.EndedAt != nil || a.Lapsed(today):
		return errAgencyOver
	case a.How == "":
		return errAgencyWaits
	}
	return nil
}

func unsigned(a Agency, today workday.Day) error {
	switch {
	case a.EndedAt != nil || a.Lapsed(today):
		return errAgencyOver
	case a.How != "":
		return errAgencySigned
	}
	return nil
}

func unended(a Agency, _ workday.Day) error {
	if a.EndedAt != nil {
		return errAgencyOver
	}
	return nil
}

// whileHeld: documents go back at any time, most of all when everything is over.
func whileHeld(a Agency, _ workday.Day) error {
	if a.Held == 0 {
		return fault.Conflict("手里没有要交还的材料")
	}
	return nil
}

func takeable(a Agency, today workday.Day) error {
	if a.State(today) == AgencyOver {
		return errAgencyOver
	}
	return nil
}

var (
	signingAgency  = agencyAct{authz.AgencyAct, "sign", unsigned}
	addingDocument = agencyAct{authz.AgencyAct, "document", inForce}
	addingStep     = agencyAct{authz.AgencyAct, "step", inForce}
	givingOut      = agencyAct{authz.AgencyAct, "handover", whileHeld}
	finishing      = agencyAct{authz.AgencyAct, "done", inForce}
	withdrawing    = agencyAct{authz.AgencyWithdraw, "withdraw", unended}
	takingOver     = agencyAct{authz.AgencyTakeOver, "take_over", takeable}
)

// act locks an errand, asks the policy table with the loaded row, and changes it under the version that was seen.
// change gives what the trail says and what the resident is told; "" tells nothing.
func (s *Service) act(ctx context.Context, by authz.Actor, key string, what agencyAct, at AgencyAt,
	change func(tx *pg.Tx, a *Agency) (did, reason, told string, err error)) error {
	return s.db.WriteKeyed(ctx, by, key, string(what.do)+"."+what.name, func(tx *pg.Tx) error {
		row, err := oneAgency(ctx, tx, agencyLocked, at.No)
		if err != nil {
			return err
		}
		a := row.agency()
		if !authz.Allowed(by, what.do, a.Object()) {
			return ErrNoAgency
		}
		if a.Agent != by.AccountID {
			if err := s.unconcerned(ctx, tx, by, a); err != nil {
				return err
			}
		}
		if a.Version != at.Version {
			return errAgencyStale
		}
		if err := what.needs(a, workday.DayOf(tx.Now)); err != nil {
			return err
		}
		if err := s.fillAgency(ctx, tx, &a, row.Sealed); err != nil {
			return err
		}
		did, reason, told, err := change(tx, &a)
		if err != nil {
			return err
		}
		sealed, err := s.seal(a.Words, aboutAgency+a.No)
		if err != nil {
			return err
		}
		if err := saveAgency(ctx, tx, &a, sealed); err != nil {
			return err
		}
		if told != "" {
			if err := addNote(ctx, tx, a.RequestID, false, told); err != nil {
				return err
			}
		}
		return recordAgency(ctx, tx, what.do, a, did, reason)
	})
}

// add writes one line; words or a photograph are sealed for its place.
func (s *Service) add(ctx context.Context, tx *pg.Tx, a *Agency, e entryRow, content any) (int, error) {
	if a.Entries >= mostEntries {
		return 0, errAgencyFull
	}
	a.Entries++
	e.Nth = a.Entries
	var err error
	if photo, is := content.([]byte); is {
		e.Sealed, err = s.keys.Seal(photo, entryPlace(a.No, e.Nth))
	} else {
		e.Sealed, err = s.seal(content, entryPlace(a.No, e.Nth))
	}
	if err != nil {
		return 0, err
	}
	return e.Nth, storeEntry(ctx, tx, a.ID, e)
}

// signatureDays is how long ago a signature that is recorded now may have been given.
const signatureDays = 30

func signedOn(bad []fault.Field, day, today workday.Day) []fault.Field {
	if day.IsZero() || day.After(today) || day.Before(today.Add(-signatureDays)) {
		return append(bad, fault.Field{Name: "day", Message: "写签字那一天，" + strconv.Itoa(signatureDays) + " 天以内，不晚于今天"})
	}
	return bad
}

// photoSigned: the picture must be one, whoever calls.
func photoSigned(bad []fault.Field, photo []byte, says string) []fault.Field {
	if !bytes.HasPrefix(photo, []byte("\xff\xd8\xff")) && !bytes.HasPrefix(photo, []byte("\x89PNG\r\n\x1a\n")) {
		return append(bad, fault.Field{Name: "photo", Message: says})
	}
	return bad
}

// SignAgency records the authorization: on paper with its photograph, or where the recording is kept (REQ-16).
// From now on the agent may act. Who may: AgencyAct.
func (s *Service) SignAgency(ctx context.Context, by authz.Actor, key string, at AgencyAt, in AgencySigning) error {
	return s.act(ctx, by, key, signingAgency, at, func(tx *pg.Tx, a *Agency) (did, reason, told string, err error) {
		bad := signedOn(nil, in.Day, workday.DayOf(tx.Now))
		bad = wordsOf(bad, &in.Signer, "signer", 2, 30, "写签字或口头授权的居民姓名，2 到 30 个字")
		switch in.How {
		case WrittenAuthorization:
			in.Where = ""
			bad = photoSigned(bad, in.Photo, "上传签好的授权委托书的照片，JPG 或 PNG")
		case RecordedAuthorization:
			bad = wordsOf(bad, &in.Where, "where", 2, 60, "写清录音录像存在哪里、编号多少，2 到 60 个字")
			if len(in.Photo) > 0 {
				bad = photoSigned(bad, in.Photo, "照片只收 JPG 或 PNG")
			}
		default:
			bad = append(bad, fault.Field{Name: "how", Message: "选居民怎么授权的"})
		}
		if err := invalid(bad); err != nil {
			return "", "", "", err
		}
		a.How, a.SignedOn, a.Words.Signer, a.Words.Where = in.How, in.Day, in.Signer, in.Where
		if len(in.Photo) > 0 {
			if _, err := s.add(ctx, tx, a, entryRow{Kind: entryPhoto}, in.Photo); err != nil {
				return "", "", "", err
			}
		}
		return "登记授权：" + in.How.Label(), "", "您已授权" + a.AgentName + "为您全程代办，到 " + a.Until.Chinese() + " 为止。您随时可以撤回", nil
	})
}

// AddAgencyDocument lists a document that the resident handed over. Who may: AgencyAct, while the authorization holds.
func (s *Service) AddAgencyDocument(ctx context.Context, by authz.Actor, key string, at AgencyAt, in NewAgencyDocument) error {
	return s.act(ctx, by, key, addingDocument, at, func(tx *pg.Tx, a *Agency) (did, reason, told string, err error) {
		bad := wordsOf(nil, &in.Name, "name", 2, 40, "写材料名称，2 到 40 个字")
		if in.Pages < 1 || in.Pages > 999 {
			bad = append(bad, fault.Field{Name: "pages", Message: "页数写 1 到 999"})
		}
		if err := invalid(bad); err != nil {
			return "", "", "", err
		}
		if a.Entries >= mostEntries-mostEntries/4 { // the last lines are kept for giving everything back
			return "", "", "", errAgencyFull
		}
		a.Held++
		_, err = s.add(ctx, tx, a, entryRow{Kind: entryDocument, Original: in.Original, Pages: &in.Pages}, AgencyWords{Matter: in.Name})
		return "收下材料", "", "", err
	})
}

// AddAgencyStep notes what was done, in words. Who may: AgencyAct, while the authorization holds.
func (s *Service) AddAgencyStep(ctx context.Context, by authz.Actor, key string, at AgencyAt, words string) error {
	return s.act(ctx, by, key, addingStep, at, func(tx *pg.Tx, a *Agency) (did, reason, told string, err error) {
		if err := invalid(wordsOf(nil, &words, "words", 2, 300, "写清做了什么，2 到 300 个字")); err != nil {
			return "", "", "", err
		}
		if a.Entries >= mostEntries-mostEntries/4 {
			return "", "", "", errAgencyFull
		}
		_, err = s.add(ctx, tx, a, entryRow{Kind: entryStep}, AgencyWords{Result: words})
		return "记录一步", "", "", err
	})
}

// HandOver gives documents out with a list that both signed; its photograph is kept (REQ-16). Giving back is
// possible at any time; handing in where the matter is decided only while the authorization holds. Who may: AgencyAct.
func (s *Service) HandOver(ctx context.Context, by authz.Actor, key string, at AgencyAt, in NewAgencyHandover) error {
	return s.act(ctx, by, key, givingOut, at, func(tx *pg.Tx, a *Agency) (did, reason, told string, err error) {
		today := workday.DayOf(tx.Now)
		bad := signedOn(nil, in.Day, today)
		slices.Sort(in.Documents)
		in.Documents = slices.Compact(in.Documents)
		for _, nth := range in.Documents {
			if !slices.ContainsFunc(a.Documents, func(d AgencyDocument) bool { return d.Nth == nth && d.OutBy == 0 }) {
				bad = append(bad, fault.Field{Name: "documents", Message: "从手里还有的材料里选"})
				break
			}
		}
		if len(in.Documents) == 0 {
			bad = append(bad, fault.Field{Name: "documents", Message: "勾选这次交出的材料"})
		}
		bad = wordsOf(bad, &in.Signer, "signer", 2, 30, "写在清单上签收的人，2 到 30 个字")
		bad = photoSigned(bad, in.Photo, "上传双方签好字的清单照片，JPG 或 PNG")
		switch {
		case !slices.Contains(AgencyWays, in.Way):
			bad = append(bad, fault.Field{Name: "way", Message: "选材料交给谁"})
		case in.Way == WayLodged && inForce(*a, today) != nil:
			bad = append(bad, fault.Field{Name: "way", Message: "授权已经结束，材料只能交还本人"})
		}
		if err := invalid(bad); err != nil {
			return "", "", "", err
		}
		nth, err := s.add(ctx, tx, a, entryRow{Kind: entryHandover, Way: in.Way, Day: in.Day}, AgencyWords{Signer: in.Signer})
		if err != nil {
			return "", "", "", err
		}
		if _, err := s.add(ctx, tx, a, entryRow{Kind: entryPhoto, Belongs: nth}, in.Photo); err != nil {
			return "", "", "", err
		}
		n, err := storeOut(ctx, tx, a.ID, in.Documents, nth)
		if err != nil {
			return "", "", "", err
		}
		a.Held -= int(n)
		count := strconv.Itoa(int(n)) + " 份材料"
		told = "代办人已把 " + count + "交还您，清单双方签了字"
		if in.Way == WayLodged {
			told = "代办人已把您的 " + count + "递交受理单位"
		}
		return in.Way.Label() + " " + count, "", told, nil
	})
}

// FinishAgency ends an errand as done. Documents still held stay due. Who may: AgencyAct, while the authorization holds.
func (s *Service) FinishAgency(ctx context.Context, by authz.Actor, key string, at AgencyAt, result string) error {
	return s.act(ctx, by, key, finishing, at, func(tx *pg.Tx, a *Agency) (did, reason, told string, err error) {
		if err := invalid(wordsOf(nil, &result, "result", 2, 300, "写清办成了什么，2 到 300 个字")); err != nil {
			return "", "", "", err
		}
		a.Words.Result = result
		a.Ending, a.EndedAt = AgencyDone, &tx.Now
		return "代办办结", "", "全程代办已办结。" + stillHeld(a.Held), nil
	})
}

func stillHeld(n int) string {
	if n == 0 {
		return "材料已全部交清"
	}
	return "还有 " + strconv.Itoa(n) + " 份材料会还给您并请您签字"
}

// WithdrawAgency ends an errand because the resident wants no more of it; no reason is asked of anybody. It may be
// recorded at any time, not only by the agent. Who may: AgencyWithdraw.
func (s *Service) WithdrawAgency(ctx context.Context, by authz.Actor, key string, at AgencyAt) error {
	return s.act(ctx, by, key, withdrawing, at, func(tx *pg.Tx, a *Agency) (did, reason, told string, err error) {
		a.Ending, a.EndedAt = AgencyWithdrawn, &tx.Now
		return "居民撤回授权", "", "您已撤回全程代办的授权。" + stillHeld(a.Held), nil
	})
}

// TakeOverAgency puts an errand into other hands: its former agent reads it no more. The purpose is logged where the
// resident reads it (REQ-22). Who may: AgencyTakeOver.
func (s *Service) TakeOverAgency(ctx context.Context, by authz.Actor, key string, at AgencyAt, purpose string) error {
	return s.act(ctx, by, key, takingOver, at, func(tx *pg.Tx, a *Agency) (did, reason, told string, err error) {
		if a.Agent == by.AccountID {
			return "", "", "", errAgencyOwn
		}
		if purpose, err = checkPurpose(purpose); err != nil {
			return "", "", "", err
		}
		if err := storeReveal(ctx, tx, a.RequestID, cut("接手全程代办："+MaskWords(purpose), 100)); err != nil {
			return "", "", "", err
		}
		from := a.AgentName
		a.Agent, a.AgentName = by.AccountID, by.Name
		return "接手代办，原代办人" + from, purpose, "您的全程代办改由" + by.Name + "经办，原代办人不再查看您的材料", nil
	})
}

// AgencyPicture opens one photograph for the agent and writes down what for (REQ-22). Who may: AgencyAct.
func (s *Service) AgencyPicture(ctx context.Context, by authz.Actor, no string, nth int, purpose string) ([]byte, error) {
	var out []byte
	err := s.db.Write(ctx, by, func(tx *pg.Tx) error {
		row, err := oneAgency(ctx, tx, agencyByNo, no)
		if err != nil {
			return err
		}
		a := row.agency()
		if !a.Opens(by) {
			return ErrNoAgency
		}
		if purpose, err = checkPurpose(purpose); err != nil {
			return err
		}
		sealed, err := photoOf(ctx, tx, a.ID, nth)
		if err != nil {
			return err
		}
		if out, err = s.keys.Open(sealed, entryPlace(a.No, nth)); err != nil {
			return err
		}
		if err := storeReveal(ctx, tx, a.RequestID, cut("看代办照片："+MaskWords(purpose), 100)); err != nil {
			return err
		}
		return recordAgency(ctx, tx, authz.AgencyAct, a, "看签字照片", purpose)
	})
	return out, err
}

func checkPurpose(purpose string) (string, error) {
	purpose, err := normal.Clean(purpose)
	if n := utf8.RuneCountInString(purpose); err != nil || n < 2 || n > 80 {
		return "", fault.InvalidField("purpose", "请写明用途，2 到 80 个字，居民看得到")
	}
	return purpose, nil
}
