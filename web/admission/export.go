package admission

import (
	"bytes"
	"context"
	"iter"
	"net/http"
	"net/url"
	"strings"

	"portal/internal/admission"
	"portal/internal/authz"
	"portal/internal/catalog"
	"portal/internal/sheet"
	"portal/web/route"
	"portal/web/view"
)

var exportHead = []string{"申请文号", "准入文号", "事项名称", "申请单位", "类别", "事项形态", "状态", "负面清单", "重复采集", "经费检查", "工作量", "提前申请", "首个不通过",
	"社区数", "工时", "经费（元）", "审核期限", "开始日期", "结束日期"}

// exportMost is where an export ends; a filter narrows it.
const exportMost = 20_000

// export gives the list as filtered, all pages of it, as CSV or XLSX.
func (h handlers) export(w http.ResponseWriter, r *http.Request) error {
	q, by := h.asks(r), route.Actor(r)
	q.Limit = 500
	rows := h.exported(r.Context(), by, q.Filter)
	var out bytes.Buffer
	name, kind := "准入申请 "+q.Today.String(), "text/csv; charset=utf-8"
	if strings.HasSuffix(r.URL.Path, ".xlsx") {
		kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		if err := sheet.WriteXLSX(&out, "准入申请", exportHead, rows); err != nil {
			return err
		}
		name += ".xlsx"
	} else {
		if err := sheet.WriteCSV(&out, exportHead, rows, sheet.CSV{}); err != nil {
			return err
		}
		name += ".csv"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
	_, err := out.WriteTo(w)
	if err != nil && r.Context().Err() != nil {
		return nil //nolint:nilerr // the reader has left
	}
	return err
}

func (h handlers) exported(ctx context.Context, by authz.Actor, f admission.Filter) iter.Seq2[[]string, error] {
	word := h.f.Word(ctx)
	return func(yield func([]string, error) bool) {
		for n := 0; n < exportMost; {
			page, err := h.s.List(ctx, by, f)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, l := range page.Rows {
				n++
				if !yield(record(l, f, word), nil) {
					return
				}
			}
			if !page.HasNext {
				return
			}
			if f.Cursor, err = admission.ParseCursor(f.Tab, page.Next); err != nil {
				yield(nil, err)
				return
			}
		}
	}
}

func record(l admission.Line, f admission.Filter, word string) []string {
	out := []string{l.AskedNo(word), l.AdmittedNo(word), l.Title, l.UnitName, catalog.ListKind(l.ListKind).Label(), l.ItemForm.Label(), l.Standing(f.Today)}
	for i := range admission.CheckKinds {
		result := ""
		if len(l.Checks) == len(admission.CheckKinds) {
			result = resultWords[l.Checks[i:i+1]]
		}
		out = append(out, result)
	}
	out = append(out, l.FirstFailing, itoa(l.Communities), number(l.HoursTotal))
	money := ""
	if l.FundsFen != nil {
		money = strings.ReplaceAll(view.Yuan(*l.FundsFen), ",", "")
	}
	return append(out, money, l.DueOn.String(), l.StartOn.String(), l.EndOn.String())
}
