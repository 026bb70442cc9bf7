// Package kiosk keeps the touch devices of the communities: which there are, how one is set up and shut off,
// whether it is well, the visits of residents on it, and who is called to help. It decides when a visit is
// open: only on a device that has proved its key within the last minutes, and only until the resident leaves.
//
// Owns kiosk_device, kiosk_invite, kiosk_miss, kiosk_challenge, kiosk_session and kiosk_call. A visit is no
// record: it is written without an audit entry and deleted when it ends (K-3, K-9); everything else is audited.
package kiosk
