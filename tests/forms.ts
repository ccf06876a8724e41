import t from 'tap'
import * as forms from '../lib/forms.ts'

t.test('exports the types that handlers need', async (t) => {
  t.same(Object.keys(forms).sort(), ['Form', 'Part', 'UploadFile', 'safeFilename'])
})
