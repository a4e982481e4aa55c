;; Reads beyond the end of its memory, where another guest's might begin.

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32)
  (call $number (i32.load offset=0xfffffff0 (i32.const -16))))
