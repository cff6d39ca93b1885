"""The modules of Asterisk that the private PBX loads. One that the machine's Asterisk lacks is left out."""

_CHANNELS = "chan_pjsip bridge_simple bridge_native_rtp bridge_softmix bridge_holding chan_bridge_media"

_SIP = """res_pjproject res_pjsip res_pjsip_pubsub res_pjsip_session res_pjsip_sdp_rtp res_pjsip_authenticator_digest
res_pjsip_outbound_authenticator_digest res_pjsip_endpoint_identifier_user res_pjsip_endpoint_identifier_ip
res_pjsip_registrar res_pjsip_outbound_registration res_pjsip_transport_websocket res_pjsip_nat res_pjsip_path
res_pjsip_caller_id res_pjsip_rfc3326 res_pjsip_dtmf_info res_pjsip_empty_info res_pjsip_header_funcs
res_pjsip_dlg_options res_pjsip_sips_contact res_pjsip_acl"""

_ARI = """res_http_websocket res_websocket_client res_stasis res_stasis_answer res_stasis_playback
res_stasis_recording res_stasis_snoop res_stasis_device_state res_ari res_ari_model res_ari_applications
res_ari_asterisk res_ari_bridges res_ari_channels res_ari_device_states res_ari_endpoints res_ari_events
res_ari_playbacks res_ari_recordings res_ari_sounds app_stasis"""

_MEDIA = """res_rtp_asterisk res_srtp res_crypto res_timing_timerfd res_timing_pthread res_musiconhold
codec_ulaw codec_alaw codec_a_mu codec_g722 codec_gsm codec_resample codec_opus_open_source codec_opus
format_wav format_wav_gsm format_pcm format_gsm format_sln res_format_attr_opus"""

_DIALPLAN = """app_dial pbx_config app_playback app_stack app_echo app_amd func_callerid func_channel func_cut
func_global func_hangupcause func_logic func_math func_pjsip_aor func_pjsip_contact func_pjsip_endpoint func_rand
func_strings func_talkdetect func_timeout func_volume app_mixmonitor"""

_STATE = """res_sorcery_config res_sorcery_memory res_sorcery_astdb cel_custom res_cdrel_custom res_security_log
app_celgenuserevent func_uri"""

WANTED = tuple(" ".join((_STATE, _MEDIA, _ARI, _SIP, _CHANNELS, _DIALPLAN)).split())
