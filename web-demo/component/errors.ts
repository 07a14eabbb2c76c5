// The errors of the browser entry, which are those of the library in Node.
export { ModelError, PictureError } from '../../models/model-error.ts';
