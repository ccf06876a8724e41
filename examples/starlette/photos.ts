// Photos: a page of all, uploads, and the files.
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { HTTPException, RedirectResponse, type Request, Route } from 'stellula'
import { requires } from 'stellula/authentication'
import { flash } from 'stellula/flash'
import { FileResponse } from 'stellula/responses'
import type { Handler } from 'stellula/routing'
import { page } from './pages.ts'
import type { AppState, Photo } from './state.ts'

/** The media type comes from this ending, not from what the client says. */
const ENDINGS: Readonly<Record<string, string>> = {
  'image/gif': '.gif',
  'image/jpeg': '.jpg',
  'image/png': '.png',
  'image/webp': '.webp',
}

const home: Handler<'/', AppState> = (request) =>
  page(request, 'home.html', { photos: [...request.state.photos.values()].reverse() })

const upload: Handler<'/photos', AppState> = async (request) => {
  const form = await request.form({ maxFiles: 1, maxFileSize: 5_000_000 })
  const file = form.file('photo')
  const ending = ENDINGS[file?.contentType ?? '']
  if (file === null || ending === undefined) {
    flash(request, 'Choose a picture: GIF, JPEG, PNG or WebP.', { category: 'error' })
    return backHome(request)
  }
  const id = randomUUID()
  const title = form.text('title')?.trim() || 'Untitled'
  const photo: Photo = { id, title, by: request.user.displayName, file: id + ending }
  await file.saveTo(join(request.state.folder, photo.file))
  request.state.photos.set(id, photo)
  flash(request, `“${title}” is in the gallery.`)
  await request.state.bus.publishJSON('news', { title, by: photo.by })
  return backHome(request)
}

const show: Handler<'/photos/{id}', AppState> = ({ pathParams, state }) => {
  const photo = state.photos.get(pathParams.id)
  if (photo === undefined) throw new HTTPException(404)
  return new FileResponse(join(state.folder, photo.file))
}

function backHome(request: Request<unknown, AppState>): RedirectResponse {
  return new RedirectResponse(request.urlFor('home'), { status: 303 })
}

export const photoRoutes = [
  Route('/', home, { name: 'home' }),
  Route('/photos', { post: requires('member')(upload) }, { name: 'upload' }),
  Route('/photos/{id}', show, { name: 'photo' }),
] as const
