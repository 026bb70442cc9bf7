// While the line is down a page of ours comes instead of the browser's. Only the files named in FILES are kept: the
// offline page and what it is drawn with, never a resident's page. The first line, FILES, is written by the server.
const NAME = 'kiosk-' + FILES.join('|');
const OFFLINE = FILES[0];
const LIMIT = 20000;

self.addEventListener('install', (e) => e.waitUntil(caches.open(NAME).then((c) => c.addAll(FILES)).then(() => self.skipWaiting())));
self.addEventListener('activate', (e) => e.waitUntil(caches.keys()
  .then((names) => Promise.all(names.filter((n) => n !== NAME).map((n) => caches.delete(n))))
  .then(() => self.clients.claim())));

const offline = () => caches.match(OFFLINE);
const down = (status) => status >= 502 && status <= 504;
const late = () => new Promise((ok) => { setTimeout(() => ok(null), LIMIT); });

self.addEventListener('fetch', (e) => {
  const asked = e.request;
  if (asked.mode === 'navigate') {
    e.respondWith(Promise.race([fetch(asked), late()]).then((res) => (!res || down(res.status) ? offline() : res), offline));
  } else if (asked.method === 'GET' && FILES.slice(1).includes(new URL(asked.url).pathname)) {
    e.respondWith(caches.match(asked).then((res) => res || fetch(asked)));
  }
});
