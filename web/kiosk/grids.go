package kiosk

import "portal/web/route"

func (h handlers) mountGrids(_ *route.Router) {}
