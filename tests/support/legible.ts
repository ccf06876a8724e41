// Whether a page can be read and used: contrast, headings, width, and the keyboard, as a browser shows it.
import type { Page } from 'playwright-core'
import type { Test } from 'tap'

/** Runs in the page: what is hard to read, as texts. */
export const ILLEGIBLE = `(() => {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 1
  const paint = canvas.getContext('2d', { willReadFrequently: true })
  // Over what is below it; a canvas knows every notation of colours.
  const over = (color, below) => {
    paint.fillStyle = 'rgb(' + below.slice(0, 3).join() + ')'
    paint.fillRect(0, 0, 1, 1)
    paint.fillStyle = color
    paint.fillRect(0, 0, 1, 1)
    return [...paint.getImageData(0, 0, 1, 1).data]
  }
  const white = getComputedStyle(document.documentElement).colorScheme.includes('dark') &&
    matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255]
  const backs = new Map()
  const backOf = (element) => {
    if (element === null) return white
    if (!backs.has(element)) {
      backs.set(element, over(getComputedStyle(element).backgroundColor, backOf(element.parentElement)))
    }
    return backs.get(element)
  }
  const light = (color) => color.slice(0, 3).map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0)
  const faults = []
  for (const element of document.querySelectorAll('body, body *')) {
    const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join('').trim()
    if (text === '' || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
    const { color, fontSize, fontWeight } = getComputedStyle(element)
    const back = backOf(element)
    const [one, two] = [light(over(color, back)), light(back)].sort((a, b) => b - a)
    const ratio = (one + 0.05) / (two + 0.05)
    const size = parseFloat(fontSize)
    const needed = size >= 24 || (size >= 18.66 && Number(fontWeight) >= 700) ? 3 : 4.5
    if (ratio < needed - 0.01) {
      faults.push('contrast ' + ratio.toFixed(2) + ' of <' + element.localName + ' class="' + element.className + '"> ' + text.slice(0, 40))
    }
  }
  let level = 0
  const headings = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')]
  // Those of navigation are no part of the text.
  for (const heading of headings.filter((heading) => heading.closest('aside, nav') === null)) {
    const next = Number(heading.localName[1])
    if (next > level + 1) faults.push('a heading of level ' + next + ' follows one of ' + level + ': ' + heading.textContent.trim().slice(0, 40))
    level = next
  }
  if (document.querySelectorAll('h1').length !== 1) faults.push(document.querySelectorAll('h1').length + ' headings of level 1')
  if (document.documentElement.lang === '') faults.push('no lang')
  if (document.title.trim() === '') faults.push('no title')
  const { scrollWidth, clientWidth } = document.documentElement
  if (scrollWidth > clientWidth) faults.push('wider than the window by ' + (scrollWidth - clientWidth))
  return [...new Set(faults)]
})()`

/** Runs in the page: how the focused element differs from others; empty if it looks the same. */
const FOCUSED = `(() => {
  const element = document.activeElement
  if (element === null || element === document.body) return null
  const { outlineStyle, outlineWidth } = getComputedStyle(element)
  const isSeen = (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || element.matches('input, select, textarea')
  const name = '<' + element.localName + '> ' + (element.textContent || element.name || '').trim().slice(0, 30)
  element.dataset.reached = ''
  return isSeen ? '' : name
})()`

const UNREACHED = `[...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
  .filter((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
  .filter((element) => element.tabIndex >= 0 && !element.disabled && element.dataset.reached === undefined)
  .filter((element) => element.type !== 'radio')
  .map((element) => '<' + element.localName + '> ' + (element.textContent || element.name || '').trim().slice(0, 30))`

/** What the Tab key does not reach, or reaches without a sign of it. */
export async function keyboardFaults(page: Page, most = 400): Promise<string[]> {
  const faults: string[] = []
  await page.evaluate('document.activeElement?.blur(); getSelection()?.removeAllRanges()')
  for (let pressed = 0; pressed < most; pressed++) {
    await page.keyboard.press('Tab')
    const name = await page.evaluate<string | null>(FOCUSED)
    if (name === null) break
    if (name !== '') faults.push(`no sign of the focus on ${name}`)
  }
  const unreached = await page.evaluate<string[]>(UNREACHED)
  return [...faults, ...unreached.map((name) => `the keyboard does not reach ${name}`)]
}

/** The ways in which pages are looked at. */
export const VIEWS = [
  { name: 'light', width: 1000, colorScheme: 'light' },
  { name: 'dark', width: 1000, colorScheme: 'dark' },
  { name: 'narrow', width: 360, colorScheme: 'light' },
  { name: 'narrow and dark', width: 360, colorScheme: 'dark' },
] as const

/** Fails for a page that is hard to read in one of the views, or to use without a mouse. */
export async function assertLegible(t: Test, page: Page, url: string): Promise<void> {
  await page.goto(url)
  for (const { name, width, colorScheme } of VIEWS) {
    await page.setViewportSize({ width, height: 700 })
    await page.emulateMedia({ colorScheme })
    t.same(await page.evaluate(ILLEGIBLE), [], `${url}, ${name}`)
  }
  t.same(await keyboardFaults(page), [], `${url}, by keyboard`)
}
