package kiosk

import "portal/web/route"

func (h handlers) mountLookup(_ *route.Router) {}
