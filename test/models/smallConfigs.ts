/** Small sizes, so that the suite is quick; a model without such a knob ignores none: it names its own. */
export const smallConfigs: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'alpha-wgan': { width: 16, latent: 16, codeUnits: 64, batch: 2 },
  autoencoder: { width: 8, latent: 8, batch: 2 },
  vae: { width: 8, latent: 8, batch: 2 },
  'dc-gan': { width: 8, latent: 8, batch: 2 },
  'ha-gan': { width: 16, latent: 16, batch: 2 },
  // Phases of one and a half iterations: the resolution grows and fades within the suite.
  'style-gan': { maps: 8, latent: 8, batch8: 2, batch16: 2, kimg: 0.003 },
  'progressive-gan': { maps: 8, batch4: 2, batch8: 2, batch16: 2, kimg: 0.003 },
};
