package kiosk

import "portal/web/route"

func (h handlers) mountGuides(_ *route.Router) {}
