package kiosk

import "portal/web/route"

func (h handlers) mountNotices(_ *route.Router) {}
