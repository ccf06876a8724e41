// The pages of documents as a person uses them: Swagger UI and Scalar, in a real browser.
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { OpenAPI, type OpenAPIAppOptions, type OpenAPIPage } from '../../lib/openapi.ts'

const PACKAGES = { scalar: '@scalar/api-reference', swagger: 'swagger-ui-dist', redoc: 'redoc' }

/** Why a page is not tried in further places, such as behind proxies: that takes seconds for each place. */
export const noPlaces: string | false =
  process.env['STELLULA_PAGES'] === undefined && 'STELLULA_PAGES is not set'

/** The folder where the package of a page is installed: this one, or that of STELLULA_PAGES. */
function folderOf(page: OpenAPIPage): string | undefined {
  return [process.cwd(), process.env['STELLULA_PAGES'] ?? ''].find((folder) =>
    existsSync(path.join(folder, 'node_modules', PACKAGES[page], 'package.json')),
  )
}

/** For tap's `skip`: why a page cannot be shown, or false. */
export function noPage(page: OpenAPIPage): string | false {
  return folderOf(page) === undefined && `STELLULA_PAGES does not lead to ${PACKAGES[page]}`
}

/** The app for a page, made where its package is. */
export function docsWith(
  page: OpenAPIPage,
  options: OpenAPIAppOptions,
): ReturnType<typeof OpenAPI> {
  const here = process.cwd()
  process.chdir(folderOf(page) ?? here)
  try {
    return OpenAPI({ ...options, page })
  } finally {
    process.chdir(here)
  }
}

/** How a page is used. An operation is named by its method and path, such as `get /token`. */
export interface Viewing {
  /** Resolves when the operation is shown. */
  readonly shown: (operation: string) => Promise<void>
  readonly authorise: (token: string) => Promise<void>
  /** Sends the request of an operation, and returns where the answer is shown. */
  readonly send: (operation: string, inputs?: Inputs) => Promise<Locator>
}

export interface Inputs {
  readonly json?: string
  /** The texts and files of a form. */
  readonly form?: Readonly<
    Record<string, string | { readonly name: string; readonly text: string }>
  >
}

export function swagger(page: Page): Viewing {
  const block = (operation: string): Locator => {
    const [method = '', path = ''] = operation.split(' ')
    const summary = page.locator(`.opblock-summary-path[data-path="${path}"]`)
    return page.locator(`.opblock-${method}`, { has: summary })
  }
  return {
    shown: (operation) => block(operation).waitFor(),
    authorise: async (token) => {
      await page.getByRole('button', { name: 'Authorize' }).click()
      const bearer = page.locator('.auth-container', { hasText: 'http, Bearer' })
      await bearer.getByRole('textbox').fill(token)
      await bearer.getByRole('button', { name: 'Apply credentials' }).click()
      await page.locator('.modal-ux .close-modal').click()
    },
    send: async (operation, { json, form = {} } = {}) => {
      const one = block(operation)
      const execute = one.getByRole('button', { name: 'Execute' })
      if ((await execute.count()) === 0) {
        await one.locator('.opblock-summary').click()
        await one.getByRole('button', { name: 'Try it out' }).click()
      }
      if (json !== undefined) await one.locator('textarea').fill(json)
      for (const [name, value] of Object.entries(form)) {
        const input = one.locator(`[data-property-name="${name}"] input`)
        if (typeof value === 'string') await input.fill(value)
        else await input.setInputFiles(fileOf(value))
      }
      await execute.click()
      return one.locator('.live-responses-table .response')
    },
  }
}

export function scalar(page: Page): Viewing {
  const dialog = page.getByRole('dialog')
  const opener = (operation: string): Locator =>
    page.getByRole('button', { name: 'Test Request' }).filter({ hasText: `(${operation})` })
  // What is entered reaches the request a moment later.
  const taken = (): Promise<void> => page.waitForTimeout(1000)
  const type = async (editor: Locator, text: string): Promise<void> => {
    await editor.click()
    await page.keyboard.press('Control+A')
    await page.keyboard.type(text)
    await taken()
  }
  return {
    shown: (operation) => opener(operation).waitFor(),
    authorise: async (token) => {
      await page.getByText('Auth Type').first().click()
      await page
        .getByRole('option', { name: /bearer/ })
        .first()
        .click()
      await page.keyboard.press('Escape')
      await page.getByPlaceholder('Token').first().fill(token)
    },
    send: async (operation, { json, form = {} } = {}) => {
      const close = page.getByRole('button', { name: 'Close Client' }).first()
      if (await close.isVisible()) {
        await close.click()
        await dialog.waitFor({ state: 'hidden' })
      }
      await opener(operation).click()
      await dialog.waitFor()
      // The editor closes a brace itself.
      if (json !== undefined) {
        await type(dialog.locator('.cm-content[data-language=json]'), json.replace(/\}$/, ''))
      }
      for (const [name, value] of Object.entries(form)) {
        const row = dialog.getByRole('row').filter({ hasText: new RegExp(`^\\s*${name}`) })
        if (typeof value === 'string') await type(row.locator('.cm-content').nth(1), value)
        else {
          const chooser = page.waitForEvent('filechooser')
          await row.getByRole('button', { name: 'Select File' }).click()
          await (await chooser).setFiles(fileOf(value))
          await taken()
        }
      }
      await dialog.getByRole('button', { name: /^Send/ }).first().click()
      return dialog
    },
  }
}

function fileOf({ name, text }: { readonly name: string; readonly text: string }) {
  return { name, mimeType: 'text/plain', buffer: Buffer.from(text) }
}
