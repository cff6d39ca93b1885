// The picture of a recording: the customer above, the agent below, marks where nothing was recorded, and where it plays.
import { useTranslation } from 'react-i18next';
import type { Mark, Peaks } from '@/features/recordings/recordings-api';
import { clock } from '@/lib/format';

const HEIGHT = 96;
const LANE = HEIGHT / 2;
const TALLEST = LANE / 2 - 3;

interface Props {
  peaks: Peaks;
  marks: Mark[];
  lengthS: number;
  atS: number;
}

export function Waveform({ peaks, marks, lengthS, atS }: Props) {
  const { t } = useTranslation();
  const width = Math.max(1, peaks.customer.length);
  const x = (seconds: number) => (lengthS > 0 ? (seconds / lengthS) * width : 0);
  return (
    <svg className="waveform" viewBox={`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path d={outline(peaks.customer, LANE / 2)} className="waveform-customer" />
      <path d={outline(peaks.agent, LANE + LANE / 2)} className="waveform-agent" />
      <line x1={0} x2={width} y1={LANE} y2={LANE} className="waveform-between" vectorEffect="non-scaling-stroke" />
      {marks.map((mark) => (
        <line key={`${mark.at_s} ${mark.kind}`} x1={x(mark.at_s)} x2={x(mark.at_s)} y1={0} y2={HEIGHT} className={`waveform-${mark.kind}`} vectorEffect="non-scaling-stroke">
          <title>{`${t(`recordings.mark.${mark.kind}`)}: ${clock(mark.missing_s)}`}</title>
        </line>
      ))}
      <line x1={x(atS)} x2={x(atS)} y1={0} y2={HEIGHT} className="waveform-now" vectorEffect="non-scaling-stroke" />
    </svg>
  );
}

const tall = (value: number) => 0.5 + (value / 255) * TALLEST;

/** Loud is wide: there and back around the middle. */
function outline(loud: number[], middle: number): string {
  const there = loud.map((value, n) => `${n},${(middle - tall(value)).toFixed(1)}`);
  const back = loud.map((value, n) => `${n},${(middle + tall(value)).toFixed(1)}`).toReversed();
  return loud.length === 0 ? '' : `M${there.join('L')}L${back.join('L')}Z`;
}
