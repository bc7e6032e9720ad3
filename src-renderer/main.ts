/** Starts the window: words, stores, pages. */
import './bridge/withoutEval.ts';
import './ui/elementPlusStyles.ts';
import 'element-plus/theme-chalk/dark/css-vars.css';
import '@fontsource-variable/inter/wght.css';
import './ui/tokens.css';
import './ui/base.css';
import './ui/elementPlus.css';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import { createMemoryHistory, createRouter } from 'vue-router';
import App from './App.vue';
import { i18n } from './i18n.ts';
import { pages } from './pages.ts';
import { catchUnexpected } from './unexpectedErrors.ts';

const router = createRouter({
  history: createMemoryHistory(),
  routes: [
    { path: '/', redirect: { name: 'projects' } },
    ...pages.map(({ name, path, component }) => ({ name, path, component })),
  ],
});

const app = createApp(App).use(createPinia()).use(i18n).use(router);
catchUnexpected(app);
app.mount('#app');
void fetchPages().catch(() => undefined); // whoever opens the page is told

/** The code of the pages comes while the window has nothing else to do, so that the first click finds it there. */
async function fetchPages(): Promise<void> {
  for (const { component } of pages) {
    await new Promise((resolve) => requestIdleCallback(resolve));
    await component();
  }
}
