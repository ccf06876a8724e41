import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'
import { GROUPS } from '../contents.js'

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

export default defineConfig({
  lang: 'en',
  title: 'Stellula',
  description: 'Functional, composable ASGI-style web toolkit for TypeScript on Node',
  srcDir: 'pages',
  cleanUrls: true,
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
