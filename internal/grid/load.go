package grid

// GridLoad is what a grid carries on a day. It describes places and never persons (GRD-17).
type GridLoad struct {
	Grid       Grid
	Answer     Answer
	Households int
	Residents  int
	Buildings  int
	HoursMonth float64 // the community's admitted hours of a month, shared out by households
	Vacant     bool    // the A post
}

// LoadSheet is the load of a community or street with sentences on how to even it out.
type LoadSheet struct {
	Rows   []GridLoad
	Advice []string
}
