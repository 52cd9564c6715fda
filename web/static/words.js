/* How the board says a number, a time and a sentence. Know before changing: web/words.py says the same on the
   server, and tests/web/vectors/words.json holds both to the same answers; change the three together. */

export const BOLD = "\x01";
export const NONE = "–";
const VOWELS = { a: "ı", ı: "ı", e: "i", i: "i", o: "u", u: "u", ö: "ü", ü: "ü" };

const clean = (value) => { const text = String(value); return text.includes(BOLD) ? text.replaceAll(BOLD, "") : text; };

const halfUp = (value, by) => Math.floor((2 * value + by) / (2 * by));

export class Words {
  constructor(text) {
    this.text = text;
    this.lang = text.lang;
    Object.assign(this, { zones: new Map(), sentences: new Map() });
    [this.before, this.after] = text.percent.split("{n}");
  }

  /* The sentences of a further part, fetched once. */
  async more(part) {
    const file = await fetch(`/static/strings.${part}.${this.lang}.json`);
    if (!file.ok) throw new Error(`no words of ${part}`);
    Object.assign(this.text, await file.json());
  }

  /* A sentence is cut into its parts once: words at even places, names of values at odd ones. */
  parts(key, one) {
    const name = one ? key + "|" : key;
    let parts = this.sentences.get(name);
    if (!parts) {
      const forms = this.text[key].replaceAll("*", BOLD).split("|");
      parts = (one ? forms[0] : forms.at(-1)).split(/[{}]/);
      this.sentences.set(name, parts);
    }
    return parts;
  }

  say(key, values = {}, count = null) {
    const parts = this.parts(key, count === 1);
    let said = parts[0];
    for (let at = 1; at < parts.length; at += 2) {
      const value = values[parts[at]] ?? "";
      said += (parts[at] === "list" ? value : clean(value)) + parts[at + 1];
    }
    return said;
  }

  /* By the marks of the language's file, as on the server: what a browser knows of a language is another thing, and in
     some has other digits. */
  threes(digits) {
    let said = digits.slice(-3);
    for (let end = digits.length - 3; end > 0; end -= 3) said = digits.slice(Math.max(0, end - 3), end) + this.text.group + said;
    return said;
  }

  level(level, form) {
    const forms = this.text[`level.${level}`] ?? this.text["level.other"].replaceAll("{id}", level);
    const list = forms.split("|");
    if (form === 4) return list[3] ?? list[0];
    return list[form] ?? list[1];
  }

  name(thing, key = "name") {
    return clean(thing?.[key + "s"]?.[this.lang] || thing?.[key] || "");
  }

  of(name) {
    if (this.text.of !== "harmony") return this.text.of.replace("{name}", () => name);
    const letters = [...this.lower(name)];
    const last = letters.at(-1);
    const vowel = VOWELS[letters.reverse().find((letter) => letter in VOWELS) ?? "i"];
    return `${name}’${last in VOWELS ? "n" : ""}${vowel}n`;
  }

  lower(text) {
    return text.toLocaleLowerCase(this.lang);
  }

  number(value) {
    if (value == null) return NONE;
    if (value < 0) return "-" + this.number(-value);
    return this.threes(String(value));
  }

  decimal(scaled, digits) {
    if (!digits) return this.number(scaled);
    const by = 10 ** digits;
    return this.threes(String(Math.floor(scaled / by))) + this.text.decimal + String(scaled % by).padStart(digits, "0");
  }

  percent(scaled, digits) {
    return this.before + this.decimal(scaled, digits) + this.after;
  }

  counted(part, whole, digits = 0) {
    if (part == null || !whole) return NONE;
    if (part === whole) return this.percent(100, 0);
    const scaled = Math.floor((part * 100 * 10 ** digits) / whole);
    if (part && !scaled) return "<" + this.percent(1, digits);
    if (!digits && part < whole && part * 100 > 99 * whole) return ">" + this.percent(99, 0);
    return this.percent(scaled, digits);
  }

  shareNumber(votes, valid, digits) {
    if (votes == null || !valid) return NONE;
    const scale = 10 ** digits;
    const scaled = halfUp(votes * 100 * scale, valid);
    if (votes && !scaled) return "<" + this.decimal(1, digits);
    if (votes < valid && scaled === 100 * scale) return ">" + this.decimal(100 * scale - 1, digits);
    return this.decimal(scaled, digits);
  }

  share(votes, valid, digits = 1) {
    const said = this.shareNumber(votes, valid, digits);
    if (said === NONE) return said;
    const mark = "<>".includes(said[0]) ? said[0] : "";
    return mark + this.before + said.slice(mark.length) + this.after;
  }

  points(margin, valid, digits = null) {
    if (margin == null || !valid) return NONE;
    digits ??= margin * 100 < valid ? 2 : 1;
    if (digits === 0 && margin * 100 < valid) return margin ? "<1" : "0";
    const scaled = halfUp(margin * 100 * 10 ** digits, valid);
    return margin && !scaled ? "<" + this.decimal(1, digits) : this.decimal(scaled, digits);
  }

  capital(text) {
    return text.slice(0, 1).toLocaleUpperCase(this.lang) + text.slice(1);
  }

  /* A moment as year, month, day, hour, minute and second in a time zone. */
  local(at, zone) {
    if (!this.zones.has(zone)) {
      const two = "2-digit";
      const form = { timeZone: zone, hourCycle: "h23", year: "numeric", month: two, day: two, hour: two, minute: two, second: two };
      try {
        this.zones.set(zone, new Intl.DateTimeFormat("en", form));
      } catch {
        this.zones.set(zone, new Intl.DateTimeFormat("en", { ...form, timeZone: "UTC" }));
      }
    }
    const parts = {};
    for (const part of this.zones.get(zone).formatToParts(new Date(at))) parts[part.type] = part.value;
    return parts;
  }

  clock(at, zone, seconds = true) {
    if (!at) return NONE;
    const { hour, minute, second } = this.local(at, zone);
    return this.text[seconds ? "clock" : "clock_short"].replace("{h}", hour).replace("{m}", minute).replace("{s}", second);
  }

  moment(at, zone, night, seconds = true) {
    if (!at || this.plainDay(at, zone) === night) return this.clock(at, zone, seconds);
    return `${this.day(at, zone)} ${this.clock(at, zone, false)}`;
  }

  plainDay(at, zone) {
    const { year, month, day } = this.local(at, zone);
    return `${year}-${month}-${day}`;
  }

  day(at, zone = "UTC") {
    if (!at) return NONE;
    const [, month, number] = (at.length > 10 ? this.plainDay(at, zone) : at).split("-");
    return this.text.day.replace("{d}", Number(number)).replace("{month}", this.text.months.split("|")[month - 1]);
  }

  lasted(seconds) {
    const minutes = Math.floor(seconds / 60);
    if (seconds < 120) return this.say("dur_s", { n: seconds });
    if (minutes < 120) return this.say("dur_m", { n: minutes });
    return this.say("dur_h", { h: Math.floor(minutes / 60), m: minutes % 60 });
  }

  signed(value) {
    const tenths = Math.floor(Math.abs(value) * 10 + 0.5);
    return (tenths ? (value < 0 ? "−" : "+") : "") + this.decimal(tenths, 1);
  }

  /* How many times as fast as the night. */
  times(speed) {
    const tenths = Math.round(speed * 10);
    return tenths % 10 ? this.decimal(tenths, 1) : this.number(Math.round(speed));
  }

  date(day) {
    if (!day) return "";
    const [year, month, number] = day.split("-");
    const name = this.text.months.split("|")[month - 1];
    return this.text.date.replace("{d}", Number(number)).replace("{month}", name).replace("{y}", year);
  }
}

/* The words of a page; the board's are those of no part. A gateway that is away is asked again, without end. */
export async function wordsOf(...part) {
  const name = ["strings", ...part, document.documentElement.lang, "json"].join(".");
  for (;;) {
    try {
      return new Words(await (await fetch(`/static/${name}`)).json());
    } catch (error) {
      console.warn(`words: ${error.message}`);
      await new Promise((done) => { setTimeout(done, 3000); });
    }
  }
}
