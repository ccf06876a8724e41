// The anchors of headings, as the hosts of repositories write them, so that links work there and on the site.

/** The anchor of a heading's text. */
export function slugify(text) {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_\- ]/gu, '')
    .trim()
    .replaceAll(' ', '-')
}

/** The anchors of a page in Markdown: headings of the same text are numbered. */
export function anchorsOf(markdown) {
  const seen = new Map()
  const anchors = new Set()
  const text = markdown.replace(/^```.*?^```$/gms, '')
  for (const [, heading] of text.matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = slugify(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('\\', ''))
    const times = seen.get(slug) ?? 0
    seen.set(slug, times + 1)
    anchors.add(times === 0 ? slug : `${slug}-${times}`)
  }
  return anchors
}
