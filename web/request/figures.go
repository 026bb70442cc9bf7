package request

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"portal/internal/request"
	"portal/internal/workday"
	"portal/web/view"
)

// quarter is the three rates of three months, with what stands behind them.
type quarter struct {
	Name  string
	Rates request.Rates
	Whole bool // it is over
}

// figuresPage is 办得怎么样 for everybody (§6.4).
type figuresPage struct {
	Frame    view.Page
	Quarters []quarter // newest first
}

const (
	quarters    = 4
	figuresLife = 10 * time.Minute
)

// figures are counted over a year of requests; everybody may ask, so they are remembered for a while.
type figures struct {
	mu  sync.Mutex
	at  time.Time
	all []quarter
}

func (h handlers) figures(w http.ResponseWriter, r *http.Request) error {
	all, err := h.counted(r.Context())
	if err != nil {
		return err
	}
	p := figuresPage{Frame: h.page(r, "", "看三率 - 居民诉求", nil), Quarters: all}
	return h.f.Render(w, r, http.StatusOK, showFigures(p))
}

func (h handlers) counted(ctx context.Context) ([]quarter, error) {
	c, now := h.kept, h.f.DB.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if age := now.Sub(c.at); c.all != nil && age >= 0 && age < figuresLife {
		return c.all, nil
	}
	day := workday.DayOf(now)
	year, n := day.Year(), (int(day.Month())-1)/3
	var all []quarter
	for i := range quarters {
		from := time.Date(year, time.Month(3*n+1), 1, 0, 0, 0, 0, workday.Shanghai)
		q := quarter{Name: strconv.Itoa(year) + "年第" + view.Numeral(n+1) + "季度", Whole: i > 0}
		var err error
		if q.Rates, err = h.Requests.PublicRates(ctx, request.Period{From: from, Until: from.AddDate(0, 3, 0)}); err != nil {
			return nil, err
		}
		all = append(all, q)
		if n--; n < 0 {
			year, n = year-1, 3
		}
	}
	c.at, c.all = now, all
	return all, nil
}

// sentence is the conclusion of the newest quarter that has figures.
func (p figuresPage) sentence() string {
	for _, q := range p.Quarters {
		if r := q.Rates; r.Base() > 0 {
			return q.Name + "：计入 " + view.Thousands(r.Base()) + " 件，" + r.Response() + " 按时联系，回访到的人里 " + r.Resolution() + " 说解决了"
		}
	}
	return "最近四个季度还没有可以计算的诉求"
}
