package catalog

import (
	"context"
	"fmt"
	"io"
	"iter"
	"strconv"

	"portal/internal/page"
	"portal/internal/pg"
	"portal/internal/sheet"
	"portal/internal/workday"
)

// itemColumn is a column of the file of lists: how it is read from an entry, for exports, for
// comparing, and for telling differences.
type itemColumn struct {
	name  string
	label string
	get   func(Entry) string
}

// itemColumns are the columns of data/admission_items.csv in their order.
var itemColumns = []itemColumn{
	{"list_kind", "清单", func(e Entry) string { return e.ListKind.Words() }},
	{"code", "编号", func(e Entry) string { return e.Code }},
	{"title", "事项名称", func(e Entry) string { return e.Title }},
	{"category", "类别", func(e Entry) string { return e.Category }},
	{"lead_department", "主责部门", func(e Entry) string { return e.LeadDepartment }},
	{"legal_basis", "法律依据", func(e Entry) string { return e.LegalBasis }},
	{"period", "期限", func(e Entry) string { return e.Period }},
	{"frequency", "频次", func(e Entry) string { return e.Frequency }},
	{"source", "来源", func(e Entry) string { return e.Source }},
	{"synthetic", "虚构", func(e Entry) string { return strconv.FormatBool(e.Synthetic) }},
	{"legal_text", "条文摘录", func(e Entry) string { return e.LegalText }},
	{"assigned_fields", "编者填写的栏", func(e Entry) string { return e.AssignedFields }},
	{"note", "备注", func(e Entry) string { return e.Note }},
	{"basis_doc_key", "依据文件", func(e Entry) string { return e.BasisDocKey }},
	{"basis_version_date", "依据版本", func(e Entry) string { return e.BasisVersionDate.String() }},
	{"basis_article_no", "依据条号", func(e Entry) string { return e.BasisArticleNo }},
	{"basis_status_on_2026_11", "依据状态", func(e Entry) string { return string(e.BasisStatus) }},
	{"successor_doc_key", "承接文件", func(e Entry) string { return e.SuccessorDocKey }},
	{"successor_version_date", "承接版本", func(e Entry) string { return e.SuccessorVersionDate.String() }},
	{"successor_article_nos", "承接条号", func(e Entry) string { return e.SuccessorArticleNos }},
}

// addedColumns stand after those of the file.
var addedColumns = []string{"number", "state", "effective_from", "effective_to"}

// RecordKeys are the columns of an export: those of the file, then number, state, effective_from,
// effective_to (the last day; empty: open).
var RecordKeys = func() []string {
	out := make([]string, 0, len(itemColumns)+len(addedColumns))
	for _, c := range itemColumns {
		out = append(out, c.name)
	}
	return append(out, addedColumns...)
}()

// RecordLabels are the 中文 names of RecordKeys.
var RecordLabels = func() []string {
	out := make([]string, 0, len(RecordKeys))
	for _, c := range itemColumns {
		out = append(out, c.label)
	}
	return append(out, "文号", "状态", "生效日", "最后一日")
}()

// Record is an entry as it is exported: values in the order of RecordKeys, exactly as in the file.
type Record []string

// RecordOf gives the record of an entry on a day.
func RecordOf(e Entry, day workday.Day) Record {
	r := make(Record, 0, len(RecordKeys))
	for _, c := range itemColumns {
		r = append(r, c.get(e))
	}
	return append(r, e.Number, e.State(day), e.From.String(), e.Last().String())
}

// Pages of an export are read by this size, so memory stays the same however long the list is.
const exportPage = 500

// Records gives every record a filter lists, in order of code, page by page.
func Records(ctx context.Context, q pg.Querier, f Filter) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		f.Limit, f.Cursor = exportPage, page.Cursor{}
		for {
			p, err := On(ctx, q, f)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, e := range p.Rows {
				if !yield(RecordOf(e, f.Day), nil) {
					return
				}
			}
			if !p.HasNext {
				return
			}
			if f.Cursor, err = ParseCursor(p.Next); err != nil {
				yield(nil, fmt.Errorf("next page: %w", err))
				return
			}
		}
	}
}

// WriteCSV exports a list as CSV. Exact leaves every value as it is, for the open-data address that
// machines read; without it formula characters are defused with an apostrophe, which Read takes off
// again, for files that people open in a spreadsheet (reliability.md §2 rule 16).
func WriteCSV(ctx context.Context, q pg.Querier, f Filter, w io.Writer, exact bool) error {
	return sheet.WriteCSV(w, RecordKeys, Records(ctx, q, f), sheet.CSV{Exact: exact})
}

// WriteXLSX exports a list as a workbook of text cells.
func WriteXLSX(ctx context.Context, q pg.Querier, f Filter, w io.Writer) error {
	return sheet.WriteXLSX(w, "清单", RecordKeys, Records(ctx, q, f))
}
