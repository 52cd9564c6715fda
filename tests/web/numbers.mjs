/* How the page writes numbers in languages whose files it is given, in Node: `node numbers.mjs LANG…`, one list on stdout.

   Know before changing: a file says `group`, `decimal` and `percent`; what Node knows of the language is not asked. */

const { Words } = await import("../../web/static/words.js");

const said = process.argv.slice(2).map((lang) => {
  const w = new Words({ lang, group: ",", decimal: ".", percent: "{n}%" });
  return [w.number(1234567), w.decimal(12345678, 2), w.share(1, 3, 1)];
});
process.stdout.write(JSON.stringify(said));
