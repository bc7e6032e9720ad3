/**
 * Names of α-WGAN's tensors in the state dicts of its authors: the repositories 3dbraingen (Kwon 2019) and
 * alpha-WGAN-SigmaRat (Ferreira 2022), which share them. A grid other than 64³ has more or fewer numbered layers.
 */
import { alphaWganStyles, seedSide, type NetworkSize, type NetworkStyle } from './alphaWganNetworks.ts';
import {
  batchNormNames,
  convolutionNames,
  idleNames,
  joinNames,
  linearNames,
  seedNames,
  vectorNames,
  type PublishedNames,
  type PublishedNetwork,
  type SpectralForm,
} from './publishedNames.ts';

const spectralOf = ({ isSpectral }: NetworkStyle): SpectralForm | null => (isSpectral ? 'torch' : null);
const nothing: PublishedNetwork = { tensors: [], idle: [] };

/** The published layers have biases before a normalisation too, where they are without effect. */
export function alphaWganNames(size: NetworkSize): PublishedNames {
  const { variant, grid, latent, width, codeUnits } = size;
  const style = alphaWganStyles[variant];
  const stages = Math.log2(grid / seedSide);
  const mapsAt = (stage: number): number => width / 2 ** stage; // 0: at 4³

  const generator = (): PublishedNetwork => {
    const spectral = spectralOf(style.generator);
    const norm = (name: string, layer: string, maps: number): PublishedNetwork =>
      style.generator.norm === 'batch' ? batchNormNames({ name, layer, maps, hasRunning: true }) : nothing;
    const kernel = [seedSide, seedSide, seedSide];
    const seed = seedNames({ name: 'tp_conv1', key: 'seed', into: latent, out: width, spectral, kernel });
    const stageNames = Array.from({ length: stages }, (_, index) => {
      const [name, key] = [`tp_conv${String(index + 2)}`, `up${String(index + 1)}`];
      const isLast = index + 1 === stages;
      const [into, out] = [mapsAt(index), isLast ? 1 : mapsAt(index + 1)];
      return joinNames(
        convolutionNames({ name, key, into, out, spectral, kernel: [3, 3, 3] }),
        isLast ? nothing : norm(`bn${String(index + 2)}`, key, out),
      );
    });
    return joinNames(seed, norm('bn1', 'seed', width), ...stageNames);
  };

  const down = (outputs: number, network: NetworkStyle, hasRunning: boolean): PublishedNetwork => {
    const spectral = spectralOf(network);
    const layers = Array.from({ length: stages }, (_, index) => {
      const [name, key] = [`conv${String(index + 1)}`, `down${String(index + 1)}`];
      const [into, out] = [index === 0 ? 1 : mapsAt(stages - index), mapsAt(stages - index - 1)];
      const filter = convolutionNames({ name, key, into, out, spectral, kernel: [4, 4, 4] });
      const norm = index === 0 ? 'none' : network.norm;
      return joinNames(filter, normNames({ norm, name, key, out, hasRunning, normName: `bn${String(index + 1)}` }));
    });
    const name = `conv${String(stages + 1)}`;
    const kernel = [seedSide, seedSide, seedSide];
    const last = convolutionNames({ name, key: 'out', into: width, out: outputs, spectral, kernel });
    return joinNames(...layers, last, vectorNames(`${name}.bias`, 'out.bias', outputs));
  };

  const code = (): PublishedNetwork => {
    const spectral = spectralOf(style.code);
    const { norm } = style.code;
    const hidden = [1, 2].map((layer) => {
      const [name, key, normName] = [`l${String(layer)}.0`, `dense${String(layer)}`, `l${String(layer)}.1`];
      const into = layer === 1 ? latent : codeUnits;
      return joinNames(
        linearNames({ name, key, into, out: codeUnits, spectral }),
        normNames({ norm, name, key, normName, out: codeUnits, hasRunning: false }),
      );
    });
    const last = linearNames({ name: 'l3', key: 'dense3', into: codeUnits, out: 1, spectral });
    return joinNames(...hidden, last, vectorNames('l3.bias', 'dense3.bias', 1));
  };

  return {
    generator: generator(),
    encoder: down(latent, style.encoder, true),
    discriminator: down(1, style.discriminator, false),
    code: code(),
  };
}

interface NormNames {
  readonly norm: NetworkStyle['norm'];
  readonly name: string;
  readonly key: string;
  readonly normName: string;
  readonly out: number;
  readonly hasRunning: boolean;
}

/** The bias of a layer and the normalisation after it. */
function normNames({ norm, name, key, normName, out, hasRunning }: NormNames): PublishedNetwork {
  const bias = `${name}.bias`;
  switch (norm) {
    case 'none':
      return vectorNames(bias, `${key}.bias`, out);
    case 'instance':
      return idleNames(bias, [out], 0);
    case 'batch':
      return joinNames(
        idleNames(bias, [out], 0),
        batchNormNames({ name: normName, layer: key, maps: out, hasRunning, bias }),
      );
  }
}
