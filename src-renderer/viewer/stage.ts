/**
 * Draws slices of volumes with cornerstone3D: volumes go in once, panes show one or more of them as layers, cameras are
 * set from outside. What it takes from this machine (voxels in cornerstone's cache, textures) goes back with `drop` and
 * `dispose`. All geometry that comes in is RAS+; cornerstone's is LPS+.
 */
import { cache, Enums, init, RenderingEngine, utilities, volumeLoader, type Types } from '@cornerstonejs/core';
import type { Vector3 } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import type { IntensityWindow } from './intensity.ts';
import { lpsGeometry, turnLps } from './lps.ts';
import { moved, type View } from './views.ts';

export type Layer =
  | { readonly kind: 'scan'; readonly volumeId: string; readonly window: IntensityWindow; readonly visible: boolean }
  | {
      readonly kind: 'difference';
      readonly volumeId: string;
      readonly window: IntensityWindow;
      readonly visible: boolean;
    };

export interface Camera {
  readonly view: View;
  /** RAS+ mm, in the slice that is shown. */
  readonly centreMm: Vector3;
  readonly mmPerPixel: number;
}

export interface Stage {
  /** Takes a volume in and names it. The voxels are shared, not copied. */
  put(volume: Volume): string;
  /** Forgets a volume as soon as no pane shows it any more. */
  drop(volumeId: string): void;
  /** Lets a pane draw into an element. */
  mount(paneId: string, element: HTMLDivElement): void;
  unmount(paneId: string): void;
  /** Draws the layers, the first at the bottom. Resolves when they are set, before they are drawn. */
  setLayers(paneId: string, layers: readonly Layer[]): Promise<void>;
  setCamera(paneId: string, camera: Camera): void;
  /** Asks for a pane to be drawn at the next frame. */
  render(paneId: string): void;
  /** After elements changed their size. */
  resize(): void;
  dispose(): void;
}

/** All volumes share the world. */
const frameOfReference = '2.25.1';
/** One WebGL context draws every pane, so that each volume is uploaded once. */
const contextCount = 1;
/** Blue below, orange above, black at nothing: told apart with every common colour blindness. */
const belowColour = [0.35, 0.65, 1] as const;
const aboveColour = [1, 0.6, 0.2] as const;

/** Beyond every head; the projection is parallel, so that it changes nothing that is seen. */
const cameraDistanceMm = 1000;

let isStarted = false;
let stagesMade = 0;

function startOnce(): void {
  if (isStarted) return;
  init({ rendering: { webGlContextCount: contextCount }, debug: {} });
  isStarted = true;
}

type Actor = Types.VolumeActor;

/** Puts a layer's look on its actor; cheap enough for every move of the mouse. */
function paint(actor: Actor, layer: Layer): void {
  const colours = actor.getProperty().getRGBTransferFunction(0);
  actor.setVisibility(layer.visible);
  colours.removeAllPoints();
  switch (layer.kind) {
    case 'scan':
      colours.addRGBPoint(layer.window.low, 0, 0, 0);
      colours.addRGBPoint(layer.window.high, 1, 1, 1);
      return;
    case 'difference':
      colours.addRGBPoint(layer.window.low, ...belowColour);
      colours.addRGBPoint(0, 0, 0, 0);
      colours.addRGBPoint(layer.window.high, ...aboveColour);
      return;
  }
}

/** createLocalVolume gives every slice the volume's origin; each needs its own place. */
function placeSlices(
  volumeId: string,
  size: Vector3,
  { origin, spacing, direction }: ReturnType<typeof lpsGeometry>,
): void {
  const [rowCosines, columnCosines] = [direction.slice(0, 3), direction.slice(3, 6)];
  const normal: Vector3 = [direction[6], direction[7], direction[8]];
  for (let slice = 0; slice < size[2]; slice++) {
    utilities.genericMetadataProvider.add(`${volumeId}_slice_${slice}`, {
      type: Enums.MetadataModules.IMAGE_PLANE,
      metadata: {
        frameOfReferenceUID: frameOfReference,
        rows: size[1],
        columns: size[0],
        imageOrientationPatient: direction.slice(0, 6),
        rowCosines,
        columnCosines,
        imagePositionPatient: moved(origin, [normal, spacing[2] * slice]),
        pixelSpacing: [spacing[1], spacing[0]],
        rowPixelSpacing: spacing[1],
        columnPixelSpacing: spacing[0],
      },
    });
  }
}

function metadataOf(size: Vector3, { spacing, direction }: ReturnType<typeof lpsGeometry>): Types.Metadata {
  return {
    BitsAllocated: 32,
    BitsStored: 32,
    SamplesPerPixel: 1,
    HighBit: 31,
    PhotometricInterpretation: 'MONOCHROME2',
    PixelRepresentation: 1,
    Modality: 'MR',
    SeriesInstanceUID: frameOfReference,
    ImageOrientationPatient: direction.slice(0, 6),
    PixelSpacing: [spacing[1], spacing[0]],
    FrameOfReferenceUID: frameOfReference,
    Columns: size[0],
    Rows: size[1],
    voiLut: [{ windowCenter: 0.5, windowWidth: 1 }], // saves a search for one; `paint` sets the real one
    VOILUTFunction: 'LINEAR',
  };
}

/**
 * Names of volumes, used again: cornerstone keeps metadata by name for ever, so new names for each volume would grow
 * without end.
 */
const freeNames: string[] = [];
let namesMade = 0;

function takeName(): string {
  const free = freeNames.pop();
  if (free !== undefined) return free;
  namesMade += 1;
  return `volume-${namesMade}`; // no colon: cornerstone would take what is before it for a scheme
}

const actorId = (paneId: string, volumeId: string): string => `${paneId}/${volumeId}`;

export function createStage(): Stage {
  startOnce();
  stagesMade += 1;
  const engine = new RenderingEngine(`stage-${stagesMade}`);
  const volumes = new Map<string, readonly string[]>(); // the slices of each
  const dropped = new Set<string>(); // to be forgotten when no pane shows them
  const shown = new Map<string, readonly string[]>(); // the volumes in each pane
  const turns = new Map<string, Promise<void>>(); // changes of a pane's layers, one after the other
  const viewport = (paneId: string): Types.IVolumeViewport | undefined =>
    engine.getViewport<Types.IVolumeViewport | undefined>(paneId);

  function forget(volumeId: string): void {
    if (cache.getVolume(volumeId)) cache.removeVolumeLoadObject(volumeId);
    for (const imageId of volumes.get(volumeId) ?? []) {
      if (cache.getImageLoadObject(imageId)) cache.removeImageLoadObject(imageId, { force: true });
    }
    volumes.delete(volumeId);
    dropped.delete(volumeId);
    freeNames.push(volumeId);
  }

  function sweep(): void {
    const inUse = new Set([...shown.values()].flat());
    for (const volumeId of [...dropped]) if (!inUse.has(volumeId)) forget(volumeId);
  }

  function redraw(paneId: string): void {
    requestAnimationFrame(() => {
      if (!engine.hasBeenDestroyed && viewport(paneId) !== undefined) engine.renderViewports([paneId]);
    });
  }

  async function applyLayers(paneId: string, layers: readonly Layer[]): Promise<void> {
    const pane = viewport(paneId);
    if (pane === undefined) return;
    const wanted = layers.filter(({ volumeId }) => volumes.has(volumeId));
    const before = shown.get(paneId) ?? [];
    if (wanted.length === 0) {
      shown.delete(paneId);
      if (before.length > 0)
        pane.removeVolumeActors(
          before.map((volumeId) => actorId(paneId, volumeId)),
          true,
        );
    } else if (before.join() !== wanted.map(({ volumeId }) => volumeId).join()) {
      await pane.setVolumes(
        wanted.map((layer) => ({
          volumeId: layer.volumeId,
          actorUID: actorId(paneId, layer.volumeId),
          visibility: true,
          callback: ({ volumeActor }: { volumeActor: Actor }) => paint(volumeActor, layer), // before anything is drawn
        })),
      );
      if (engine.hasBeenDestroyed || viewport(paneId) === undefined) return; // closed meanwhile
      // The frame in which a volume's texture goes to the card can stay black: draw once more after it.
      pane.element.addEventListener(Enums.Events.IMAGE_RENDERED, () => redraw(paneId), { once: true });
      shown.set(
        paneId,
        wanted.map(({ volumeId }) => volumeId),
      );
    }
    for (const layer of wanted) {
      const entry = pane.getActor(actorId(paneId, layer.volumeId)) as Types.ActorEntry | undefined;
      if (entry) paint(entry.actor as Actor, layer);
    }
    sweep();
  }

  return {
    put({ size, affine, data }) {
      const volumeId = takeName();
      const geometry = lpsGeometry(affine);
      const volume = volumeLoader.createLocalVolume(volumeId, {
        metadata: metadataOf(size, geometry),
        dimensions: [...size],
        spacing: geometry.spacing,
        origin: geometry.origin,
        direction: geometry.direction,
        scalarData: data,
      });
      placeSlices(volumeId, size, geometry);
      volumes.set(volumeId, volume.imageIds);
      return volumeId;
    },
    drop(volumeId) {
      dropped.add(volumeId);
      sweep();
    },
    mount(paneId, element) {
      engine.enableElement({
        viewportId: paneId,
        type: Enums.ViewportType.ORTHOGRAPHIC,
        element,
        defaultOptions: { orientation: Enums.OrientationAxis.AXIAL, background: [0, 0, 0] },
      });
    },
    unmount(paneId) {
      if (engine.hasBeenDestroyed) return;
      shown.delete(paneId);
      turns.delete(paneId);
      engine.disableElement(paneId);
      sweep();
    },
    setLayers(paneId, layers) {
      const turn = (turns.get(paneId) ?? Promise.resolve()).then(() =>
        engine.hasBeenDestroyed ? undefined : applyLayers(paneId, layers),
      );
      turns.set(paneId, turn);
      return turn;
    },
    setCamera(paneId, { view, centreMm, mmPerPixel }) {
      const pane = engine.hasBeenDestroyed ? undefined : viewport(paneId);
      if (pane === undefined || !shown.has(paneId)) return;
      pane.setCamera({
        parallelProjection: true,
        focalPoint: turnLps(centreMm),
        position: turnLps(moved(centreMm, [view.toViewer, cameraDistanceMm])),
        viewPlaneNormal: turnLps(view.toViewer),
        viewUp: turnLps(view.up),
        parallelScale: (pane.element.clientHeight / 2) * mmPerPixel,
      });
    },
    render(paneId) {
      if (!engine.hasBeenDestroyed && viewport(paneId) !== undefined) engine.renderViewports([paneId]);
    },
    resize() {
      if (!engine.hasBeenDestroyed) engine.resize(false, true);
    },
    dispose() {
      engine.destroy();
      shown.clear();
      for (const volumeId of [...volumes.keys()]) forget(volumeId);
    },
  };
}
