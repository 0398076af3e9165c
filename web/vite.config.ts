import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

// `npm run dev` shows the sources as they are changed, on the data of a bobae that runs on this computer.
const bobae = 'http://127.0.0.1:8800'

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: '../src/bobae/api/console',
    emptyOutDir: true,
    assetsInlineLimit: 0, // the content security policy lets nothing in that is written into an address
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
  server: { proxy: { '/api': { target: bobae, ws: true, changeOrigin: true } } },
})
