import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'
import { GROUPS, PAGES } from '../contents.js'
import { slugify } from '../slug.js'

const REFERENCE = fileURLToPath(new URL('../pages/reference', import.meta.url))

/** The pages of the reference, by the subpaths that they are of. */
function referenceItems() {
  const files = readdirSync(REFERENCE, { recursive: true }).filter((name) => name.endsWith('.md'))
  return files
    .map((name) => name.replaceAll(path.sep, '/').replace(/\.md$/, ''))
    .filter((name) => name !== 'index')
    .sort()
    .map((name) => ({ text: titleOf(name), link: `/reference/${name}` }))
}

function titleOf(name) {
  const heading = /^# (.+)$/m.exec(readFileSync(path.join(REFERENCE, `${name}.md`), 'utf8'))
  return heading?.[1].replaceAll('\\', '') ?? name
}

const sidebar = GROUPS.map(({ title, pages }) => ({
  text: title,
  collapsed: false,
  items: pages.map(([name, text]) => ({ text, link: `/${name}` })),
}))

const DESCRIPTION = 'Functional, composable ASGI-style web toolkit for TypeScript on Node'
const DESCRIPTIONS = new Map(PAGES.map(([name, , about]) => [`${name}.md`, about]))

/** What search engines show: the sentence of a page, or the subpath that a page of the reference is of. */
function descriptionOf(file) {
  const subpath = /^reference\/(stellula.*)\.md$/.exec(file)?.[1]
  if (subpath !== undefined) return `Reference of ${subpath}: ${DESCRIPTION}`
  return DESCRIPTIONS.get(file) ?? DESCRIPTION
}

export default defineConfig({
  lang: 'en',
  title: 'Stellula',
  description: DESCRIPTION,
  srcDir: 'pages',
  cleanUrls: true,
  markdown: {
    anchor: { slugify },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  transformPageData: ({ relativePath }) => ({ description: descriptionOf(relativePath) }),
  themeConfig: {
    nav: [
      { text: 'Tutorial', link: '/tutorial' },
      { text: 'Guides', link: '/routing' },
      { text: 'Reference', link: '/reference/' },
    ],
    sidebar: {
      '/': sidebar,
      '/reference/': [{ text: 'Subpaths', items: referenceItems() }, ...sidebar],
    },
    outline: [2, 3],
    search: { provider: 'local' },
  },
})
