// While the line is down a page of ours comes instead of the browser's. Only the files named in FILES are kept: the
// offline page and what it is drawn with, never a resident's page. The first line, FILES, is written by the server.
const NAME = 'kiosk-' + FILES.join('|');
const OFFLINE = FILES[0];
const RECEIPT = '/kiosk/receipts';
const LIMIT = 20000;

self.addEventListener('install', (e) => e.waitUntil(caches.open(NAME).then((c) => c.addAll(FILES)).then(() => self.skipWaiting())));
self.addEventListener('activate', (e) => e.waitUntil(caches.keys()
  .then((names) => Promise.all(names.filter((n) => n !== NAME).map((n) => caches.delete(n))))
  .then(() => self.clients.claim())));

const offline = () => caches.match(OFFLINE);
// Instead of a receipt that does not come, the page that has filed stays and shows the provisional slip (UX-K12).
const stay = async () => {
  const pages = (await clients.matchAll()).filter((c) => new URL(c.url).pathname === '/kiosk/requests/new/check');
  pages.forEach((c) => c.postMessage('no receipt'));
  return pages.length ? new Response(null, { status: 204 }) : offline();
};
const whole = async (res) => (res.ok ? new Response(await res.blob(), res) : res);
const down = (status) => status >= 502 && status <= 504;
const late = () => new Promise((ok) => { setTimeout(() => ok(null), LIMIT); });

self.addEventListener('fetch', (e) => {
  const asked = e.request;
  if (asked.mode === 'navigate') {
    const receipt = new URL(asked.url).pathname === RECEIPT, instead = receipt ? stay : offline;
    const asking = receipt ? fetch(asked).then(whole) : fetch(asked);
    e.respondWith(Promise.race([asking, late()]).then((res) => (!res || down(res.status) ? instead() : res), instead));
  } else if (asked.method === 'GET' && FILES.slice(1).includes(new URL(asked.url).pathname)) {
    e.respondWith(caches.match(asked).then((res) => res || fetch(asked)));
  }
});
