/** First of all imports: the window's content policy forbids eval, so zod must not try it when schemas are made. */
import { config } from 'zod';

config({ jitless: true });
