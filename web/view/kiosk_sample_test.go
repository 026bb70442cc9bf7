package view

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// kioskSample is a step page: head, body, moves.
func kioskSample(head, body, moves templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return stack(text(`<form class="kstep" autocomplete="off">`), head, text(`<div class="kbody">`), body, text(`</div>`), moves, text(`</form>`)).Render(ctx, w)
	})
}

func kioskSampleHome() templ.Component {
	tiles := []Tile{{"/kiosk/requests/new", "megaphone", "反映问题", "灯不亮、漏水、噪声、垃圾，4 步说清楚", true}, {"/kiosk/lookups", "search-check", "查进度", "扫小票或输查询码", false},
		{"/kiosk/notices", "scroll-text", "看公示", "新的 3 件", false}, {"/kiosk/grids", "user-search", "找网格员", "谁管我家这片", false}, {"/kiosk/guides", "folder-check", "办事材料", "要带什么、去哪办", false}}
	return stack(text(`<div class="khome"><section class="khello">`), KHead("您想办什么？", "按大按钮就行。不用注册，不用下载。"),
		KFacts([]KFact{{"街道窗口", "现在开着"}, {"今天办到", "17:30"}}), text(`</section>`), Tiles(tiles), text(`</div>`))
}

func text(html string) templ.Component { return templ.Raw(html) }
