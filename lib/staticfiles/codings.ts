/** What the names of compressed files end in. */
import type { Coding } from '../http/codings.ts'

/** What is added to the name of a file that is compressed already. */
export const SUFFIXES: Readonly<Record<Coding, string>> = { br: '.br', zstd: '.zst', gzip: '.gz' }
