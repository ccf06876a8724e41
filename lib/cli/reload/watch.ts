/** Watches files by their folders, because editors replace a file when they save it. */
import { type FSWatcher, readFileSync, watch } from 'node:fs'
import path from 'node:path'

/** Changes within this time are handled as one, in milliseconds. */
const PAUSE_MS = 40

export class FileWatcher {
  readonly #onChange: (file: string) => void
  readonly #folders = new Map<string, FSWatcher>()
  /** The text of each file, because some events report no change of the content. */
  readonly #known = new Map<string, string>()
  #pause: NodeJS.Timeout | undefined
  #isClosed = false

  /** @param onChange Called with one of the files that changed. */
  constructor(onChange: (file: string) => void) {
    this.#onChange = onChange
  }

  /** Watches one more file; it need not exist. */
  add(file: string): void {
    if (this.#isClosed || this.#known.has(file)) return
    this.#known.set(file, textOf(file))
    const folder = path.dirname(file)
    if (this.#folders.has(folder)) return
    try {
      const watcher = watch(folder, () => this.#look())
      watcher.on('error', () => {}) // the folder was deleted
      this.#folders.set(folder, watcher)
    } catch {
      // A folder that cannot be watched, such as one that does not exist.
    }
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#pause)
    for (const watcher of this.#folders.values()) watcher.close()
  }

  #look(): void {
    clearTimeout(this.#pause)
    this.#pause = setTimeout(() => {
      const changed = [...this.#known].filter(([file, text]) => textOf(file) !== text)
      for (const [file] of changed) this.#known.set(file, textOf(file))
      const [first] = changed
      if (first !== undefined) this.#onChange(first[0])
    }, PAUSE_MS)
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
