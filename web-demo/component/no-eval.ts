// Tells zod not to generate code: the page's Content-Security-Policy forbids eval. To be imported before any schema.
import { z } from 'zod';

z.config({ jitless: true });
