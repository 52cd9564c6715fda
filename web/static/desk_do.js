/* What somebody at the desk is about to do: first the intention, then the act, then what became of it.
   Know before changing: nothing that cannot be undone is sent by one press. What can be undone waits here for some
   seconds, and leaving the page sends it; the rest asks a second time. A reason is looked for before that. */

const UNDO_MS = 6000;
const LED_TO_MS = 5000;

export class Doing {
  constructor(app) {
    this.app = app;
    this.sure = null;
    this.busy = null;
    this.said = new Map();
    this.pending = new Map();
    this.open = new Set();
    this.missing = null;
    this.undoes = null;
    this.kept = null;
    this.drafts = new Map();
    addEventListener("pagehide", () => this.flush());
  }

  /* What is typed in the field of that name, or chosen in it: of several, their values with commas between. */
  typed(name) {
    const field = document.getElementById(name);
    return field?.multiple ? [...field.selectedOptions].map(({ value }) => value).join() : (field?.value.trim() ?? "");
  }

  /* Keeps what is typed, for whoever typed it and nobody else: their token has run out. */
  keep(name) {
    const fields = [...document.querySelectorAll("#night :is(textarea, input, select)")].filter((one) => one.value);
    this.kept = { name, texts: new Map(fields.map((one) => [one.id, one.value])) };
    for (const { id } of fields) this.drafts.delete(id);
  }

  /* Puts aside what is typed in a field: whoever turns to another decision comes back to it. */
  putAside(field) {
    if (document.getElementById(field)) this.drafts.set(field, this.typed(field));
  }

  /* A reason that was sent is not the reason of the next act. */
  spent(field) {
    this.kept = null;
    this.drafts.delete(field);
    const node = document.getElementById(field);
    if (node) node.value = "";
  }

  /* What a field begins with, when it is drawn again. */
  begun(field) {
    return this.drafts.get(field) ?? this.kept?.texts.get(field);
  }

  /* Somebody else is here, or nobody: nothing is left of what was asked, answered or typed. */
  leave() {
    clearTimeout(this.forgetting);
    Object.assign(this, { sure: null, missing: null, undoes: null, kept: null });
    this.flush();
    this.said.clear();
    this.open.clear();
    this.drafts.clear();
  }

  /* Asks once more; a field that has to be filled is pointed at instead. */
  ask(place, what, field) {
    this.missing = field && !this.typed(field) ? field : null;
    this.sure = this.missing ? null : { place, what };
    this.app.draw(this.missing ?? `sure-${place}`);
  }

  back(place) {
    this.sure = null;
    this.app.draw(`acts-${place}`);
  }

  asks(place) {
    return this.sure?.place === place ? this.sure.what : null;
  }

  /* Sends it, and keeps what is said of it at its place. */
  async act(place, what, fields, where = place) {
    if (this.busy) return null;
    this.busy = place;
    this.app.draw();
    const { ok, outcome, d } = await this.app.link.act(what, fields);
    this.busy = null;
    this.sure = null;
    if (ok) this.spent(`because-${place}`);
    this.said.set(where, { ok: Boolean(ok), what, outcome, because: d?.because ?? "", of: place, contest: fields.contest, at: performance.now() });
    this.app.draw(`said-${where}`);
    return ok;
  }

  /* Sends it at once, without a second question; `undo` takes it back for some seconds. */
  async once(id, what, fields, undo = null) {
    if (this.pending.has(id)) return;
    this.said.delete(id);
    this.pending.set(id, { what, fields, sent: true });
    this.app.draw();
    const { ok, outcome, d } = await this.app.link.act(what, fields);
    this.pending.delete(id);
    if (!ok || what === "recompute") this.said.set(id, { ok: Boolean(ok), what, outcome, because: d?.because ?? "", d });
    else if (undo) {
      this.undoes = { id, ...undo, fields };
      clearTimeout(this.forgetting);
      this.forgetting = setTimeout(() => this.forget(), UNDO_MS);
    }
    this.app.draw();
  }

  /* What was said of a decision goes with it; what the decision itself led to keeps it for a moment longer. */
  follow(where, id) {
    const found = this.said.get(where);
    if (!found || found.of === id) return;
    if (performance.now() - found.at > LED_TO_MS) this.said.delete(where);
    else found.of = id;
  }

  forget() {
    this.undoes = null;
    this.app.draw();
  }

  /* Sends it in a moment; until then it can be taken back. */
  later(id, what, fields, text) {
    if (this.pending.has(id)) return;
    const entry = { what, fields, text, at: performance.now() };
    entry.timer = setTimeout(() => this.send(id), UNDO_MS);
    this.pending.set(id, entry);
    this.app.draw();
  }

  undo(id) {
    if (this.undoes?.id === id) {
      const { what, fields } = this.undoes;
      this.undoes = null;
      return this.once(id, what, fields);
    }
    clearTimeout(this.pending.get(id)?.timer);
    this.pending.delete(id);
    this.app.draw();
  }

  async send(id) {
    const entry = this.pending.get(id);
    if (!entry) return;
    clearTimeout(entry.timer);
    entry.sent = true;
    this.app.draw();
    const { ok, outcome, d } = await this.app.link.act(entry.what, entry.fields);
    this.pending.delete(id);
    if (!ok) this.said.set(id, { ok: false, what: entry.what, outcome, because: d?.because ?? "" });
    this.app.draw();
  }

  flush() {
    for (const [id, { sent }] of [...this.pending]) if (!sent) this.send(id);
  }

  /* The newest that can still be taken back. */
  undoable() {
    const held = [...this.pending].filter(([, entry]) => !entry.sent).at(-1);
    return held ?? (this.undoes ? [this.undoes.id, this.undoes] : null);
  }

  toggle(name) {
    if (!this.open.delete(name)) this.open.add(name);
    this.app.draw();
  }
}
