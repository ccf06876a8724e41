/** `stellula new`: creates a new project. */
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Command } from '../command.ts'
import { CommandError } from '../failures.ts'
import { projectFiles } from '../new/files.ts'
import { print } from '../terminal.ts'
import { ownVersion } from '../version.ts'

export const newCommand: Command = {
  name: 'new',
  takes: 'DIR',
  counts: [1, 1],
  about: `Makes a project in a new or empty folder: an application in TypeScript, its tests, a Dockerfile and a
tsconfig.json.`,
  options: {},
  examples: ['stellula new hello'],
  run: async ({ positionals: [folder = ''] }) => {
    const root = path.resolve(folder)
    if (existsSync(root) && (!statSync(root).isDirectory() || readdirSync(root).length > 0)) {
      throw new CommandError(
        `new: the folder must be new or empty, "${folder}" was given. Choose another name.`,
      )
    }
    const files = projectFiles(nameOf(root), ownVersion())
    for (const [file, text] of Object.entries(files)) {
      const target = path.join(root, file)
      mkdirSync(path.dirname(target), { recursive: true })
      writeFileSync(target, text)
    }
    print(`Made ${Object.keys(files).length} files in ${folder}. Next steps:\n`)
    print(`  cd ${folder}\n  npm install\n  npm test\n  npm run dev`)
    return 0
  },
}

/** A valid name for package.json. */
function nameOf(root: string): string {
  const name = path
    .basename(root)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '')
  return name === '' ? 'app' : name
}
