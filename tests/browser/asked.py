"""What a page is asked by the tests that look at all of them: each answers with what is wrong there.

    assert [] == page.evaluate(CUT)

Know before changing: these look at what is laid out and painted, whatever the page is; what one page alone
must do is in the tests of that page. Nothing here waits.
"""

CONTROLS = "a[href], button, input, select, textarea, summary, [tabindex='0']"
_SEEN = f"""
  const seen = (one) => one.checkVisibility({{ visibilityProperty: true, opacityProperty: true }})
    && !one.closest('.vh, .skip') && getComputedStyle(one).clipPath !== 'inset(50%)'
    && one.getClientRects().length > 0;
  const name = (one) => `${{one.tagName.toLowerCase()}}.${{one.getAttribute('class') ?? ''}} `
    + (one.getAttribute('aria-label') ?? one.textContent).trim().slice(0, 40);
  const controls = [...document.querySelectorAll("{CONTROLS}")].filter(seen);
"""
CUT = f"""(scrolled) => {{ {_SEEN}
  const found = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {{
    const {{ data, parentElement: around }} = walk.currentNode;
    if (!data.trim() || !seen(around) || around.closest('noscript, script, option, title')) continue;
    const range = document.createRange();
    range.selectNodeContents(walk.currentNode);
    const box = range.getBoundingClientRect();
    let inside = around, scrolls = false;
    for (; inside && inside !== document.body; inside = inside.parentElement) {{
      const {{ overflowX, overflowY, display }} = getComputedStyle(inside);
      if (display === 'inline' || inside.namespaceURI.endsWith('svg')) continue;
      scrolls ||= /auto|scroll/.test(overflowX + overflowY);
      if (scrolls) break;
      const room = inside.getBoundingClientRect();
      const wide = box.right > room.right + 1.5 || box.left < room.left - 1.5;
      const high = box.bottom > room.bottom + 3 || box.top < room.top - 3;
      const cuts = (overflow) => /hidden|clip/.test(overflow);
      if ((wide && cuts(overflowX)) || (high && cuts(overflowY))) found.add(name(around));
    }}
    if (!scrolled && !scrolls && (box.right > innerWidth + 1 || box.left < -1)) found.add(name(around));
  }}
  return [...found];
}}"""
"""Text that is cut off by what it stands in, or beyond the window, unless that may be scrolled."""
WIDE = "() => document.documentElement.scrollWidth - innerWidth"
"""By how much it has to be scrolled sideways; 0 or less."""
SMALL = f"""() => {{ {_SEEN}
  const inline = (one) => one.tagName === 'A' && getComputedStyle(one).display === 'inline';
  return controls.filter((one) => !inline(one)).filter((one) => {{
    const {{ width, height }} = one.getBoundingClientRect();
    return Math.min(width, height) < 23.5;
  }}).map(name);
}}"""
"""Controls under 24 pixels; a link in a sentence is as high as its line (WCAG 2.5.8, Inline)."""
UNSEEN_FOCUS = f"""() => {{ {_SEEN}
  const found = [];
  for (const one of controls) {{
    one.focus();
    const at = document.activeElement;
    if (at !== one || one.disabled) continue;
    const {{ outlineStyle, outlineWidth, outlineColor }} = getComputedStyle(at);
    const ground = getComputedStyle(document.body).backgroundColor;
    const ring = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && outlineColor !== ground;
    if (!ring) found.push(name(one));
  }}
  document.activeElement.blur();
  return found;
}}"""
"""Controls whose focus is not seen; asked after a key, so that it is the focus of somebody who types."""
MOVING = """() => [...document.querySelectorAll('*')].filter((one) => {
    const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(one);
    return /[1-9]/.test(transitionDuration) || animationName !== 'none' || scrollBehavior === 'smooth';
  }).map((one) => one.outerHTML.slice(0, 80)).concat(document.getAnimations().map(String))"""
"""What would move for somebody who asked that nothing does."""
PALE = f"""() => {{ {_SEEN}
  const found = [];
  const ground = getComputedStyle(document.body).backgroundColor;
  for (const one of controls) {{
    const {{ borderTopWidth, borderTopColor, textDecorationLine, display }} = getComputedStyle(one);
    const edged = parseFloat(borderTopWidth) > 0 && borderTopColor !== ground;
    if (one.matches('select, input, textarea') && !edged) found.push(name(one));
    if (one.matches('[aria-pressed=true], [aria-current], .picked')) {{
      const other = [...one.parentElement.parentElement.querySelectorAll(one.tagName)].find((two) =>
        two !== one && seen(two) && !two.matches('[aria-pressed=true], [aria-current], .picked'));
      const shape = (it) => ['outlineStyle', 'outlineWidth', 'borderTopWidth', 'borderTopStyle', 'fontWeight',
        'borderBottomWidth', 'textDecorationLine'].map((key) => getComputedStyle(it)[key]).join();
      if (other && shape(one) === shape(other)) found.push('as the others: ' + name(one));
    }}
  }}
  const clear = (paint) => paint === 'none' || paint === ground || /^rgba.*, 0\\)$/.test(paint);
  for (const one of document.querySelectorAll('svg :is(rect, path, line, text)')) {{
    if (!seen(one) || one.closest('pattern, .gap, .others, defs')) continue;
    if (one.tagName === 'text' && one.parentElement.querySelector(':scope > rect')) continue;
    const {{ width, height }} = one.getBoundingClientRect();
    const {{ fill, stroke }} = getComputedStyle(one);
    const line = one.tagName === 'line' || one.tagName === 'path';
    const there = (line ? width + height : Math.min(width, height)) > 0.5;
    if (there && clear(fill) && clear(stroke)) found.push('not drawn: ' + one.outerHTML.slice(0, 80));
  }}
  return found;
}}"""
"""In forced colours: fields without an edge, what is chosen but looks as the rest, what is not drawn."""
SPACED = """
  * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
  p { margin-bottom: 2em !important; }
"""
"""Text as far apart as a reader may set it (WCAG 1.4.12)."""
SAME = """() => {
  const seen = new Set();
  const look = (one) => {
    const s = getComputedStyle(one);
    return [one.tagName, one.getAttributeNames(), !one.textContent.trim(), s.color, s.backgroundColor,
      s.backgroundImage, s.fontSize, s.fontWeight, s.display, s.opacity];
  };
  return [...document.querySelectorAll('li, tr')].filter((one) => {
    const all = [one.parentElement, one, ...one.querySelectorAll('*')].map(look).join('|');
    return seen.has(all) || !seen.add(all);
  });
}"""
"""Rows and tiles made of the same parts as one before, each with the same attributes and painted alike."""
AXE = f"""async (options) => {{
  const found = await axe.run({{ include: [document], exclude: ({SAME})() }}, options);
  const wrong = found.violations.map(({{ id, nodes }}) => [id, nodes.map(({{ html }}) => html)]);
  return [found.passes.length, wrong];
}}"""
"""What axe finds; of rows that are the same to it, it looks at one."""
