// What all plots share: colours for light and dark, text, and the frame.

/** The first is that of Stellula. All have a contrast of 3 or more on their background. */
const LIGHT = [
  '#0b5ca8',
  '#5b8fc4',
  '#b45309',
  '#c2255c',
  '#4d7c0f',
  '#7e22ce',
  '#0f766e',
  '#6b7280',
]
const DARK = [
  '#7cbcf8',
  '#4f86bd',
  '#f59f4a',
  '#f783ac',
  '#94d82d',
  '#c9a0ff',
  '#2dd4bf',
  '#9aa3ad',
]

const WIDTH = 760

const STYLE = `
text { font: 13px system-ui, sans-serif; fill: #1c2024 }
.title { font-weight: 600; font-size: 15px }
.small { font-size: 12px; fill: #5a6169 }
.grid { stroke: #d5d9de }
.one { stroke: #5a6169; stroke-dasharray: 4 3 }
.line { fill: none; stroke-width: 2 }
${LIGHT.map((color, index) => `.c${index} { fill: ${color}; stroke: ${color} }`).join('\n')}
.line.line { fill: none }
@media (prefers-color-scheme: dark) {
text { fill: #e8eaed }
.small { fill: #a5adb6 }
.grid { stroke: #3a4047 }
.one { stroke: #a5adb6 }
.back { fill: #16181b }
${DARK.map((color, index) => `.c${index} { fill: ${color}; stroke: ${color} }`).join('\n')}
}`

export const LEFT = 150
export const RIGHT = WIDTH - 20
/** Below title, subtitle and legend. */
export const TOP = 84

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

export function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${round(x)}" y="${round(y)}"${attributes}>${escaped(content)}</text>`
}

/** One decimal: files that change little are compared more easily. */
export function round(value: number): string {
  return String(Math.round(value * 10) / 10)
}

export interface Frame {
  readonly title: string
  readonly subtitle: string
  /** The names of the series, in the order of their colours. */
  readonly names: readonly string[]
  readonly height: number
}

/** A whole picture: it needs nothing from elsewhere, and follows the colour scheme of its reader. */
export function picture(
  { title, subtitle, names, height }: Frame,
  content: readonly string[],
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="desc">${escaped(subtitle)}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="back" width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(12, 24, title, ' class="title"'),
    text(12, 44, subtitle, ' class="small"'),
    ...legend(names),
    ...content,
    '</svg>\n',
  ].join('\n')
}

function legend(names: readonly string[]): string[] {
  let x = 12
  return names.map((name, index) => {
    const at = x
    x += 24 + name.length * 7.5
    return `<circle class="c${index}" cx="${round(at + 5)}" cy="62" r="4.5"/>${text(at + 14, 66.5, name)}`
  })
}

/** The place of a value on a logarithmic axis. */
export function logScale(
  least: number,
  greatest: number,
  from: number,
  to: number,
): (value: number) => number {
  const [low, high] = [Math.log(least), Math.log(greatest)]
  return (value) => from + ((Math.log(value) - low) / (high - low)) * (to - from)
}
