/** The style of the pages that this package makes: light and dark, readable on a phone. */
import { type HTML, html, raw } from '../html.ts'

/** The style sheet. `examples/style.css` has the same rules, which a test compares. */
export const LOOK = `:root {
  color-scheme: light dark;
  --text: light-dark(#1c2024, #e8eaed);
  --muted: light-dark(#5a6169, #a5adb6);
  --back: light-dark(#ffffff, #16181b);
  --panel: light-dark(#f3f4f6, #22262a);
  --line: light-dark(#d5d9de, #3a4047);
  --accent: light-dark(#0b5ca8, #7cbcf8);
  --mark: light-dark(#ffe3de, #552a24);
  --bad: light-dark(#a61b1b, #ff9d94);
}
* {
  box-sizing: border-box;
}
body {
  max-width: 60rem;
  margin: 0 auto;
  padding: 1rem;
  color: var(--text);
  background: var(--back);
  font:
    16px / 1.5 system-ui,
    sans-serif;
  overflow-wrap: anywhere;
}
h1 {
  font-size: 1.4rem;
  line-height: 1.3;
}
h2 {
  font-size: 1.1rem;
}
a {
  color: var(--accent);
}
:focus-visible {
  outline: 2px solid var(--accent);
  outline-offset: 2px;
}
`

/** A whole page without external resources. */
export function pageOf(title: string, content: HTML, style = ''): HTML {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${raw(LOOK + style)}</style>
</head>
<body>
${content}
</body>
</html>
`
}
