/** The debug page as HTML: the error, advice, the stack, the causes, and the request. */

import { pageOf } from '../html/look.ts'
import { type HTML, html } from '../html.ts'
import { asText } from '../internal/handled.ts'
import type { Request } from '../requests.ts'
import { adviceFor } from './advice.ts'
import { chainOf, debugText, titleOf } from './debugtext.ts'
import { type Facts, factsOf } from './facts.ts'
import { type Frame, framesOf } from './frames.ts'

/** Returns the page of an error. All text on it is escaped. */
export function debugPage(error: unknown, request: Request): string {
  const chain = chainOf(error)
  const advice = adviceFor(chain)
  const title = headingOf(error)
  const { method, path } = request.scope
  const content = html`<main>
<h1>${title}</h1>
<p>${method} ${path}</p>
${advice !== undefined && html`<p class="advice"><strong>What to do:</strong> ${advice}</p>`}
<h2>Stack</h2>
${stackOf(error)}
${chain.slice(1).map((cause) => html`<h2>Caused by ${headingOf(cause)}</h2>\n${stackOf(cause)}`)}
${factsHTML(factsOf(request))}
<details><summary>The stack as text</summary><pre tabindex="0">${debugText(error)}</pre></details>
<p>This page is shown because debug is on.</p>
</main>`
  return pageOf(`500 ${title}`, content, STYLE).toString()
}

function headingOf(error: unknown): string {
  return error instanceof Error ? titleOf(error) : asText(error)
}

/** Returns the groups as tables. */
export function factsHTML(facts: Facts): HTML[] {
  return Object.entries(facts).map(
    ([title, pairs]) => html`<h2>${title}</h2>
<table>
${pairs.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>\n`)}</table>
`,
  )
}

/** Returns the frames. Consecutive frames of Node, of packages and of this package are folded. */
function stackOf(error: unknown): HTML {
  const groups: Frame[][] = []
  for (const frame of framesOf(error)) {
    const last = groups.at(-1)
    if (frame.isForeign && last?.[0]?.isForeign) last.push(frame)
    else groups.push([frame])
  }
  if (groups.length === 0) return html`<p>There is no stack.</p>`
  return html`${groups.map((group) => (group[0]?.isForeign ? foldedHTML(group) : group.map(frameHTML)))}`
}

function foldedHTML(frames: readonly Frame[]): HTML {
  const what = frames.length === 1 ? 'frame' : 'frames'
  return html`<details class="folded"><summary>${frames.length} ${what} of Node, packages and Stellula</summary>
<ul>${frames.map(({ place }) => html`<li><code>${place}</code></li>`)}</ul></details>
`
}

function frameHTML({ place, lines, open }: Frame): HTML {
  if (lines.length === 0) return html`<p><code>${place}</code></p>\n`
  const code = lines.map(({ number, text, marked }) => {
    const line = `${String(number).padStart(5)}  ${text}`
    return html`${marked ? html`<mark>${line}</mark>` : line}\n`
  })
  const summary = html`<summary><code>${place}</code></summary><pre tabindex="0">${code}</pre>`
  return open ? html`<details open>${summary}</details>\n` : html`<details>${summary}</details>\n`
}

export const STYLE = `pre {
  overflow: auto;
  padding: 0.8rem;
  background: var(--panel);
}
code,
pre {
  font: 0.875rem / 1.5 ui-monospace, monospace;
}
mark {
  color: inherit;
  background: var(--mark);
}
summary {
  cursor: pointer;
  padding: 0.2rem 0;
}
.folded,
.folded code {
  color: var(--muted);
}
.advice {
  padding: 0.6rem 0.8rem;
  border-left: 4px solid var(--accent);
  background: var(--panel);
}
table {
  width: 100%;
  border-collapse: collapse;
}
th,
td {
  padding: 0.25rem 0.5rem 0.25rem 0;
  border-bottom: 1px solid var(--line);
  text-align: left;
  vertical-align: top;
}
th {
  width: 12rem;
  font-weight: normal;
  color: var(--muted);
}
@media (max-width: 30rem) {
  th {
    width: 7rem;
  }
}
`
