/** Folders that are served as they are, on `main` and other apps. */
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { Mount, type Routable } from '../../../lib/routing.ts'
import { StaticFiles } from '../../../lib/staticfiles.ts'
import { writeFiles } from '../fixtures.ts'

const folder = writeFiles({
  'site/example.txt': '<file content>',
  'site/style.css': 'body { color: red }\n',
  'site/app.js': "console.log('hi')\n",
  'site/data.json': '{"a":1}\n',
  'site/pic.png': Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...ascii('fake')),
  'site/pic.svg': '<svg/>\n',
  'site/page.html': '<h1>Page</h1>\n',
  'site/sp ace.txt': 'space\n',
  'site/h\u00e9.txt': 'accent\n',
  'site/.hidden': 'hidden\n',
  'site/archive.tar.gz': Uint8Array.of(0x1f, 0x8b, ...ascii('fake')),
  'site/dir/inner.txt': 'inner\n',
  'outside/secret.txt': 'SECRET\n',
  'site_private/secret.txt': 'PRIVATE\n',
  'html/index.html': '<h1>Index</h1>\n',
  'html/404.html': '<h1>Custom 404</h1>\n',
  'html/dir/index.html': '<h1>Dir index</h1>\n',
  'html/noindex/file.txt': 'noindex file\n',
  'html2/index.html': '<h1>Index two</h1>\n',
  'links/real.txt': 'real\n',
})
symlinkSync('../outside/secret.txt', join(folder, 'links/out.txt'))
symlinkSync('real.txt', join(folder, 'links/in.txt'))
symlinkSync('../outside', join(folder, 'links/outdir'))

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

const directory = (name: string): string => join(folder, name)

/** Starlette serves names with a dot before them; here one has to ask for it. */
export const site: StaticFiles = StaticFiles({ directory: directory('site'), dotfiles: true })

export const html: StaticFiles = StaticFiles({ directory: directory('html'), html: true })

export const staticFiles: readonly Routable[] = [
  Mount('/static', site, { name: 'static' }),
  Mount('/html', html, { name: 'html' }),
  Mount('/html2', StaticFiles({ directory: directory('html2'), html: true })),
  Mount('/links-off', StaticFiles({ directory: directory('links') })),
  Mount('/links-on', StaticFiles({ directory: directory('links'), followSymlink: true })),
]
