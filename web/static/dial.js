/* A connection to the gateway that comes back by itself: for whoever looks (link.js) and for whoever is signed in
   (desk_link.js). Know before changing: it waits longer after each try, and as long as the gateway asks for; `take` and
   `lost` are those of whoever stands on it, and a socket that was left is never listened to. */

const RETRY_MS = 500;
const RETRY_MAX_MS = 15000;
export const NO_RETURN_CODE = 3500;

export class Dial extends EventTarget {
  connect() {
    clearTimeout(this.retry);
    const url = new URL("/ws", location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    this.socket = socket;
    this.watch(socket, 10);
    socket.onmessage = (event) => {
      this.watch(socket, this.quiet ?? 30);
      this.take(JSON.parse(event.data), socket);
    };
    socket.onclose = (event) => this.lost(socket, event.code);
  }

  /* A socket that says nothing for too long is treated as gone. */
  watch(socket, seconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      socket.close();
      this.lost(socket, 1006);
    }, seconds * 1000);
  }

  /* No socket any more; the next one is asked for in a while. */
  later() {
    const wait = this.asked ?? Math.min(RETRY_MS * 2 ** (this.tries - 1), RETRY_MAX_MS / 2) * (1 + Math.random());
    this.asked = null;
    this.nextTryAt = performance.now() + wait;
    this.retry = setTimeout(() => this.connect(), wait);
  }

  /* A machine that was away, or a page that is shown again, does not wait. */
  comeBack(wanted = () => true) {
    const now = () => !this.socket && wanted() && this.connect();
    addEventListener("online", now);
    addEventListener("pageshow", (event) => event.persisted && now());
  }

  send(frame) {
    this.socket.send(JSON.stringify(frame));
  }

  hello(frame) {
    this.quiet = Math.max(5, 3 * (frame.heartbeat_s ?? 10));
    this.pace = frame.replay;
  }

  beat(frame) {
    if (frame.at) this.offset = Date.parse(frame.at) - Date.now();
    this.stale = frame.stale_s == null ? null : { seconds: frame.stale_s, at: performance.now() };
    this.pace = frame.replay;
  }

  bye(frame) {
    const [low, high] = frame.reconnect_after_ms ?? [];
    if (high) this.asked = low + Math.random() * (high - low);
  }
}
