package notice

// Public is THE rule of what everybody may read: page, print, feed, data and site map ask it of a loaded
// notice, and their queries carry publicOnly. A withdrawn notice is gone for all of them.
func (n Notice) Public() bool { return n.State == Issued || n.State == Ended }

// publicOnly is Public for a query.
const publicOnly = ` n.state IN ('issued', 'ended') `
