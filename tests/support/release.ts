// What must hold before a version is published, as pure checks; `releasing.ts` runs them.

/** What is known of the repository and of the package that would be published. */
export interface Release {
  readonly manifest: Readonly<Record<string, unknown>>
  readonly changelog: string
  /** The lines of `git status --porcelain`. */
  readonly changed: readonly string[]
  /** The tags of the commit that would be published, and of all commits. */
  readonly tagsHere: readonly string[]
  readonly tags: readonly string[]
  /** The paths in the package. */
  readonly files: readonly string[]
}

/** All that may be in the package. */
export const SHIPPED =
  /^(package\.json|LICENSE|[A-Z]+\.md|docs\/(AGENTS\.md|llms(-full)?\.txt)|dist\/[\w./-]+\.(js|d\.ts))$/

const NEEDED = ['package.json', 'LICENSE', 'README.md', 'dist/index.js']

/** What keeps a release from being published. */
export function releaseFaults(release: Release): string[] {
  return [
    ...versionFaults(release),
    ...changelogFaults(release),
    ...release.changed.map((line) => `a change is not committed: ${line.trim()}`),
    ...settingFaults(release.manifest),
    ...fileFaults(release.files),
  ]
}

function versionFaults({ manifest: { version }, tags, tagsHere }: Release): string[] {
  if (typeof version !== 'string' || !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version)) {
    return [`the version is not one of three numbers: ${version}`]
  }
  const tag = `v${version}`
  const faults = tagsHere
    .filter((other) => /^v\d/.test(other) && other !== tag)
    .map((other) => `the tag is ${other}, and the version ${version}`)
  const isTaken = tags.includes(tag) && !tagsHere.includes(tag)
  return isTaken ? [...faults, `the tag ${tag} is that of an older commit`] : faults
}

/** Before the release its section is called "Unreleased", and with its tag it has the version. */
function changelogFaults({ manifest: { version }, tagsHere, changelog }: Release): string[] {
  const isTagged = tagsHere.includes(`v${version}`)
  const title = isTagged ? String(version) : 'Unreleased'
  const section = changelog.split(/^## /m).find((text) => text.startsWith(title))
  if (section === undefined) return [`CHANGELOG.md has no section ${title}`]
  return /^- \S/m.test(section) ? [] : [`the section ${title} of CHANGELOG.md has no entries`]
}

function settingFaults(manifest: Release['manifest']): string[] {
  const { access, provenance } = (manifest['publishConfig'] ?? {}) as Record<string, unknown>
  const faults: string[] = []
  if (manifest['private'] === true) faults.push('the package is private')
  if (access !== 'public') faults.push('publishConfig.access is not "public"')
  if (provenance !== true) faults.push('publishConfig.provenance is not true')
  return faults
}

function fileFaults(files: readonly string[]): string[] {
  const missing = NEEDED.filter((file) => !files.includes(file))
  const strange = files.filter((file) => !SHIPPED.test(file))
  return [
    ...missing.map((file) => `the package has no ${file}`),
    ...strange.map((file) => `the package has ${file}`),
  ]
}

/** What a person does, in order, once nothing is at fault. */
export function stepsOf({ manifest, tagsHere }: Release, today: string): string[] {
  const { version, repository } = manifest
  const provenance =
    'Publish from CI with the permission id-token: write: npm publish (publishConfig asks for provenance)'
  const told =
    repository === undefined
      ? ['Write the URL of the repository into package.json ("repository"): provenance names it']
      : []
  if (tagsHere.includes(`v${version}`)) return [...told, provenance]
  return [
    ...told,
    `In CHANGELOG.md, call the section "Unreleased" "${version} (${today})", and begin another`,
    `git commit -am "Version ${version}" && git tag v${version} && git push --follow-tags`,
    provenance,
  ]
}
