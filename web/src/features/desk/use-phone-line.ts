// Keeps the phone registered while the desk is open: starts it, renews its secret in time, stops it.
import { useEffect } from 'react';
import { freshSip } from '@/features/desk/desk-api';
import { openIfAllowed } from '@/features/desk/phone/microphone';
import { leaveLine, renewSecret, startPhone, stopPhone, type SipAccess } from '@/features/desk/phone/phone';
import { serverNowS } from '@/lib/api';
import { socketUrl } from '@/lib/live/connection';

const RENEW_BEFORE_S = 60;
const RENEW_SOONEST_S = 5;
const RENEW_RETRY_S = 5;

export function usePhoneLine(access: SipAccess | null): void {
  useEffect(() => {
    if (access === null) return;
    let timer = 0;
    let over = false;

    async function renew() {
      window.clearTimeout(timer);
      try {
        const fresh = await freshSip();
        if (over) return;
        renewSecret(fresh);
        plan(fresh);
      } catch {
        if (!over) timer = window.setTimeout(() => void renew(), RENEW_RETRY_S * 1000);
      }
    }

    function plan(current: SipAccess) {
      const left = current.expires_utc_s - serverNowS();
      const wait = Math.max(RENEW_SOONEST_S, left - Math.min(RENEW_BEFORE_S, left / 3));
      timer = window.setTimeout(() => void renew(), wait * 1000);
    }

    const path = access.url?.startsWith('/') ? access.url : '/sip';
    startPhone(access, socketUrl(path), () => void renew());
    plan(access);
    void openIfAllowed();
    window.addEventListener('pagehide', leaveLine);
    return () => {
      window.removeEventListener('pagehide', leaveLine);
      over = true;
      window.clearTimeout(timer);
      stopPhone();
    };
  }, [access]);
}
